package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/assets/region"
	"nightlatch/ui/print"
	"nightlatch/ui/uitest"
)

// Paper, times, dates and phone numbers follow the region of the computer. The language
// of the window is English in all cases.
func TestWindowFollowsTheRegion(t *testing.T) {
	for _, tt := range []struct {
		name        string
		region      region.Settings
		paper, half string
		number      string // in the national form
		is          string
	}{
		{"Germany", region.Settings{Country: "DE"}, "A4", "", "030 901820", "+4930901820"},
		{"United States", region.Settings{Letter: true, TwelveHour: true, MonthFirst: true, Country: "US"}, "Letter", "M", "(202) 555-0143", "+12025550143"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := uitest.New(t, crawlSeed())
			h.Region = tt.region
			h.Printer.Names = []print.Printer{{Name: "office", Description: "Office"}}
			signIn(h, "mara")
			h.Ctrl(fyne.Key4)
			h.Do("ui.codes.generate-more.5")
			h.Do("wizard.save.print")
			h.SeesText(tt.paper)
			h.Press(fyne.KeyEscape)
			clock := h.Console.Catalog.Clock(h.Clock.Now())
			if half := strings.HasSuffix(clock, "M"); half != (tt.half != "") {
				t.Errorf("a time is %q", clock)
			}
			h.Ctrl(fyne.KeyComma)
			h.Sees("ui.codes.leave")
			h.Press(fyne.KeyTab, fyne.KeyReturn) // Leave
			h.Do("ui.settings.change-name", uitest.Key("ui.settings.phone"))
			h.Sees("wizard.phone.hint-here")
			h.ClearField()
			h.Write(tt.number)
			_ = h.Network.Changes()
			h.Press(fyne.KeyReturn)
			if sent := strings.Join(h.Network.Changes(), " "); !strings.Contains(sent, tt.is) {
				t.Errorf("%q was sent as %s; want %s", tt.number, sent, tt.is)
			}
		})
	}
}
