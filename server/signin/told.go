package signin

import (
	"errors"
	"fmt"
	"slices"

	"nightlatch/server/store"
)

// toldMax is how many steps are remembered: more than can be told of before they
// have passed (R43 allows a handful of tries in ten minutes).
const toldMax = 64

// told are the time steps to come whose codes someone was told about (R23).
type told struct {
	Steps []int64 `json:"steps"`
}

func toldKey(account string) string { return "acct/" + account + "/told" }

func loadTold(tx store.Tx, account string) (told, error) {
	var t told
	if err := store.Load(tx, toldKey(account), &t); err != nil && !errors.Is(err, store.ErrNotFound) {
		return t, fmt.Errorf("signin: %w", err)
	}
	return t, nil
}

// tell remembers a step.
func tell(tx store.Tx, account string, step int64) error {
	t, err := loadTold(tx, account)
	if err != nil {
		return err
	}
	t.Steps = append(t.Steps, step)
	t.Steps = t.Steps[max(0, len(t.Steps)-toldMax):]
	if err := store.Save(tx, toldKey(account), t); err != nil {
		return fmt.Errorf("signin: %w", err)
	}
	return store.Bump(tx, account)
}

// wasTold reports whether a step is one of them.
func wasTold(tx store.Tx, account string, step int64) (bool, error) {
	t, err := loadTold(tx, account)
	return slices.Contains(t.Steps, step), err
}
