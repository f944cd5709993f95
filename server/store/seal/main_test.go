package seal

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"testing"
	"time"
)

// childVar names a data directory. A process that has it in its environment runs
// no tests: it loads the master key of that directory, with the keyring, and
// prints it. A test of the keyring needs separate processes, because the D-Bus
// library keeps one connection per process.
const childVar = "NIGHTLATCH_TEST_KEYRING"

func TestMain(m *testing.M) {
	dir, ok := os.LookupEnv(childVar)
	if !ok {
		os.Exit(m.Run())
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	key, err := LoadOrCreate(ctx, dir, true)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(base64.StdEncoding.EncodeToString(key[:]))
}
