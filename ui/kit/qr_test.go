package kit_test

import (
	"fmt"
	"image"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/driver/software"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

const uri = "otpauth://totp/Nightlatch:margarethe?secret=JBSWY3DPEHPK3PXPGEZDGNBVGY3TQOJQ&issuer=Nightlatch&algorithm=SHA1&digits=6&period=30"

// zbarimg, an independent scanner, reads the code at every scale in both themes.
func TestQRIsReadByZbarimg(t *testing.T) {
	scales := []float32{1, 1.25, 1.5, 1.75, 2, 3}
	if kittest.Racing {
		scales = scales[2:3]
	}
	for _, mode := range []look.Mode{look.AlwaysLight, look.AlwaysDark} {
		for _, scale := range scales {
			t.Run(fmt.Sprintf("%v/%v", mode, scale), func(t *testing.T) {
				kittest.Wear(t, look.Theme{Mode: mode, Scale: 1.25})
				win := kittest.Open(t, kit.NewWindow(nil, look.Centre(kit.QR(uri, 240))), 400, 400, scale)
				name := fmt.Sprintf("qr-%v-%v", mode, scale)
				img := kittest.Picture(t, win, name)
				out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", filepath.Join(t.ArtifactDir(), name+".png")).Output()
				if err != nil || strings.TrimSpace(string(out)) != uri {
					t.Errorf("zbarimg reads %q, %v", out, err)
				}
				evenModules(t, img, win.Canvas().(software.WindowlessCanvas).Scale())
			})
		}
	}
}

// evenModules checks the runs of dark pixels on every line: all are whole modules, and
// the quiet zone is at least four modules wide (ISO/IEC 18004).
func evenModules(t *testing.T, img image.Image, scale float32) {
	t.Helper()
	b := img.Bounds()
	dark := func(x, y int) bool {
		r, g, bl, _ := img.At(x, y).RGBA()
		return r>>8 == 0x14 && g>>8 == 0x20 && bl>>8 == 0x1f
	}
	px, left, right, top := 1<<30, b.Max.X, 0, b.Max.Y
	runs := map[int]bool{}
	for y := range b.Max.Y {
		run := 0
		for x := range b.Max.X {
			if dark(x, y) {
				run++
				left, right, top = min(left, x), max(right, x), min(top, y)
			} else if run > 0 {
				runs[run] = true
				px = min(px, run)
				run = 0
			}
		}
	}
	for run := range runs {
		if run%px != 0 {
			t.Errorf("a run of %d dark pixels among modules of %d", run, px)
		}
	}
	edge := int(240 * scale)
	room := (edge - (right - left + 1)) / 2
	if room < 4*px {
		t.Errorf("the quiet zone is %d pixels wide, a module %d", room, px)
	}
	if top == b.Max.Y {
		t.Error("no code was drawn")
	}
}

func TestTextTooLongForAQRCodeLeavesTheSquareEmpty(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	o := kit.QR(strings.Repeat("x", 5000), 240)
	if s := o.MinSize(); s.Width != 240 || s.Height != 240 {
		t.Errorf("size %v", s)
	}
}
