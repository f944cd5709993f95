package party

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// A build is the program with fewer features.
type build struct {
	name, cgo, tags string
	has, lacks      []string
	console         string // the message for opening a window without a display
}

func TestBuildsForServers(t *testing.T) {
	tryBuilds(t, []build{
		{"no cgo", "0", "", []string{"virtual keys"}, []string{"window", "security keys", "NFC"}, "no window"},
		{"headless", "1", "headless", []string{"security keys", "NFC", "virtual keys"}, []string{"window"}, "no window"},
	})
}

func TestSlowBuildsWithoutLibraries(t *testing.T) {
	tryBuilds(t, []build{
		{"nofido", "1", "nofido", []string{"window", "virtual keys"}, []string{"security keys", "NFC"}, "no display"},
		{"nopcsc", "1", "nopcsc,headless", []string{"security keys", "virtual keys"}, []string{"window", "NFC"}, "no window"},
	})
}

// tryBuilds makes builds with fewer features. Each must serve, and say in `version`, in
// the log and in refusals what it lacks and what helps.
func tryBuilds(t *testing.T, builds []build) {
	none := []string{"DISPLAY=", "WAYLAND_DISPLAY="}
	for _, tt := range builds {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			program := variant(t, tt.cgo, tt.tags)

			version := run(t, nil, "", program, "version")
			_, rest, _ := strings.Cut(version.stdout, "\n")
			features, missing, _ := strings.Cut(rest, "\n")
			if version.status != 0 || !strings.HasPrefix(features, "features: ") {
				t.Fatalf("%+v", version)
			}
			for _, f := range tt.has {
				if !strings.Contains(features, f) || strings.Contains(missing, "no "+f+":") {
					t.Errorf("%s is not listed as present:\n%s", f, version.stdout)
				}
			}
			for _, f := range tt.lacks {
				if strings.Contains(features, f) || !strings.Contains(missing, "no "+f+": ") {
					t.Errorf("%s is not listed as missing:\n%s", f, version.stdout)
				}
			}

			checkRefusal(t, run(t, none, "", program), tt.console)
			if keys := run(t, nil, "", program, "key", "list"); strings.Contains(missing, "no security keys: ") {
				checkRefusal(t, keys, "no support for security keys", "libfido2")
			} else if keys.status != 0 {
				t.Errorf("key list: %+v", keys)
			}
			if rule := run(t, []string{"HOME="}, "", program, "admin", "udev-rule"); rule.status != 0 || !strings.Contains(rule.stdout, `SUBSYSTEM!="hidraw"`) {
				t.Errorf("udev-rule: %+v", rule)
			}

			s := serve(t, program)
			p := harness.NewPerson(s.Client, "robin")
			p.Phone = "+12025550191"
			if err := p.SignUp(within(t, time.Minute)); err != nil {
				t.Fatal(err)
			}
			if err := p.Enroll(within(t, time.Minute), api.EnrollText); err != nil {
				t.Fatal(err)
			}
			for _, f := range tt.lacks {
				if said := strings.Contains(s.Log(), `"feature":"`+f+`"`); said != (f != "window") {
					t.Errorf("the log says that %s is missing: %v", f, said)
				}
			}
		})
	}
}

// variant builds the program with or without cgo, and with additional tags.
func variant(t *testing.T, cgo, tags string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "nightlatch")
	cmd := exec.CommandContext(within(t, 10*time.Minute), "go", "build", "-trimpath", "-buildvcs=false",
		harness.WindowTags+","+tags, "-o", program, "nightlatch/app")
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}
