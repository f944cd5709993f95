package region

import (
	"context"
	"os/exec"
	"strings"
	"time"
)

// patience limits the wait for the program that reads the setting.
const patience = 2 * time.Second

// Here is the region of this computer's user, from the settings of macOS ("en_DE").
func Here() Settings {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	out, err := exec.CommandContext(ctx, "/usr/bin/defaults", "read", "-g", "AppleLocale").Output()
	if err != nil {
		return Settings{}
	}
	return Of(strings.TrimSpace(string(out)))
}
