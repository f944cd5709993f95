package nfc

// A Slot is the state of a reader that takes one card.
type Slot struct {
	Reader       string // product name
	Card         bool   // there is a card
	Unresponsive bool   // the card does not answer
	InUse        bool   // another program uses it exclusively
	Events       int    // number of insertions and removals so far: after a change it is another card
}
