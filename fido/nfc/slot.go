package nfc

// A Slot is the place of a card on a reader.
type Slot struct {
	Reader string // its name, as its maker calls it
	Card   bool   // something lies there
	Deaf   bool   // it does not answer
	Taken  bool   // another program has it to itself
	Events int    // of laying and taking away so far: a card with another count is another card
}
