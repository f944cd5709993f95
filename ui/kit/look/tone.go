package look

// A Tone is the purpose of a message: of a banner, of a dialog.
type Tone int

// The tones, from information to refusal.
const (
	Info Tone = iota
	Attention
	Refused
)
