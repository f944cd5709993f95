package look

// A Tone is the purpose of a message: of a banner, of a dialog.
type Tone int

// The tones, from calm to refused.
const (
	Info Tone = iota
	Attention
	Refused
)
