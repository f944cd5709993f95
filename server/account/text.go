package account

import (
	"errors"
	"fmt"

	"nightlatch/server/rawtext"
)

// ErrLabel reports a label that is empty, too long, or has a character that reorders or
// hides other text. It wraps the error of rawtext.Shown.
var ErrLabel = errors.New("account: malformed label")

// NormalizeLabel normalises a label that a user typed (rawtext.Shown). Error: ErrLabel.
func NormalizeLabel(s string, limit int) (string, error) {
	s, err := rawtext.Shown(s, limit)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrLabel, err)
	}
	return s, nil
}
