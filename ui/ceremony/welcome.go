package ceremony

import (
	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A welcome is the first screen on a server without accounts: what the program is, a
// form to create an account, and a link to the lab.
type welcome struct{ *sessionScreen }

func newWelcome(x Screens) *welcome {
	s := &welcome{newSessionScreen(x, api.SignUp)}
	s.self = s
	return s
}

func (s *welcome) Draw() shell.View {
	if s.state.View.Step == nil {
		return s.waiting()
	}
	h := s.wizardHost(s)
	form, next, f := wizard.Form(s.state, h)
	return shell.View{Content: s.draw(form, next), First: f.First, Bindings: f.Bindings, Heading: f.Heading, Ready: true}
}

// brandWidth is the width of the left side.
const brandWidth float32 = 440

func (s *welcome) draw(form fyne.CanvasObject, next *control.Button) fyne.CanvasObject {
	c, w := s.c, s.c.Catalog
	fact := func(icon, key string) fyne.CanvasObject {
		return look.HTop(look.S16, look.NewIcon(icon, 22, look.Accent), look.Grow(look.V(2,
			look.NewText(w.T("ui.first."+key), look.Strong, look.Ink).Wrapped(), look.Para(w.T("ui.first."+key+"-why"), look.Ink2))))
	}
	brand := look.V(0,
		look.H(0, look.Mark(56), look.Gap()),
		look.Space(1, look.S32),
		look.NewText(w.T("ui.first.title"), look.Display, look.Ink).Wrapped(),
		look.Space(1, look.S32),
		look.V(look.S20, fact("two-factor", "second"), fact("backup-codes", "paper"), fact("lock", "here")),
		look.Gap(),
		look.NewText(w.T("ui.first.version", c.Config.Version), look.Caption, look.Ink2),
	)
	parts := []fyne.CanvasObject{form, kit.ActionsRow(nil, next)}
	if openLab := c.Config.OpenLab; openLab != nil && !c.Config.Lab {
		row := control.NewTapRow(kit.Row(kit.Tile("lab", true), w.T("ui.first.look"), w.T("ui.first.look-why"),
			look.NewText(w.T("ui.first.open-lab"), look.Strong, look.AccentInk), kit.Chevron()), openLab)
		row.Name = w.T("ui.first.open-lab")
		parts = append(parts, look.Space(1, look.S12), kit.Rule(0), look.Space(1, look.S12), kit.Card(row))
	}
	left := look.Z(look.NewBox(look.Rail, "", 0), look.Scroll(look.Inset(look.S48, look.S48, look.S48, look.S32, brand)))
	right := look.Scroll(look.Inset(look.S40, 72, look.S40, look.S32, look.Narrow(480, look.V(look.S20, parts...))))
	return shell.NewSplit(brandWidth, left, right)
}
