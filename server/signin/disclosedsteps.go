package signin

import (
	"errors"
	"fmt"
	"slices"

	"nightlatch/server/store"
)

// disclosedMax is how many steps are kept: more than can be disclosed before they have
// passed (R43 allows a handful of attempts in ten minutes).
const disclosedMax = 64

// disclosedSteps are future TOTP time steps whose codes were refused as early. Their
// codes are burned (R23).
type disclosedSteps struct {
	Steps []int64 `json:"steps"`
}

func disclosedKey(account string) string { return "acct/" + account + "/told" }

func loadDisclosed(tx store.Tx, account string) (disclosedSteps, error) {
	var s disclosedSteps
	if err := store.Load(tx, disclosedKey(account), &s); err != nil && !errors.Is(err, store.ErrNotFound) {
		return s, fmt.Errorf("signin: %w", err)
	}
	return s, nil
}

// disclose adds a step.
func disclose(tx store.Tx, account string, step int64) error {
	s, err := loadDisclosed(tx, account)
	if err != nil {
		return err
	}
	if slices.Contains(s.Steps, step) {
		return nil
	}
	s.Steps = append(s.Steps, step)
	s.Steps = s.Steps[max(0, len(s.Steps)-disclosedMax):]
	if err := store.Save(tx, disclosedKey(account), s); err != nil {
		return fmt.Errorf("signin: %w", err)
	}
	return store.Bump(tx, account)
}

// isDisclosed reports whether a step was disclosed.
func isDisclosed(tx store.Tx, account string, step int64) (bool, error) {
	s, err := loadDisclosed(tx, account)
	return slices.Contains(s.Steps, step), err
}
