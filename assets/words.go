package assets

// Words are the words of one language.
type Words struct{}
