package ceremony

import (
	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
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

func (s *welcome) draw(form fyne.CanvasObject, next *kit.Button) fyne.CanvasObject {
	c, w := s.c, s.c.Catalog
	fact := func(icon, key string) fyne.CanvasObject {
		return kit.HTop(kit.S16, kit.NewIcon(icon, 22, kit.Accent), kit.Grow(kit.V(2,
			kit.NewText(w.T("ui.first."+key), kit.Strong, kit.Ink).Wrapped(), kit.Para(w.T("ui.first."+key+"-why"), kit.Ink2))))
	}
	brand := kit.V(0,
		kit.H(0, kit.Mark(56), kit.Gap()),
		kit.Space(1, kit.S32),
		kit.NewText(w.T("ui.first.title"), kit.Display, kit.Ink).Wrapped(),
		kit.Space(1, kit.S32),
		kit.V(kit.S20, fact("two-factor", "second"), fact("backup-codes", "paper"), fact("lock", "here")),
		kit.Gap(),
		kit.NewText(w.T("ui.first.version", c.Config.Version), kit.Caption, kit.Ink3),
	)
	parts := []fyne.CanvasObject{form, kit.ActionsRow(nil, next)}
	if openLab := c.Config.OpenLab; openLab != nil && !c.Config.Lab {
		row := kit.NewTapRow(kit.Row(kit.Tile("lab", true), w.T("ui.first.look"), w.T("ui.first.look-why"),
			kit.NewText(w.T("ui.first.open-lab"), kit.Strong, kit.Accent), kit.Chevron()), openLab)
		row.Name = w.T("ui.first.open-lab")
		parts = append(parts, kit.Space(1, kit.S12), kit.Rule(0), kit.Space(1, kit.S12), kit.Card(row))
	}
	left := kit.Sized(brandWidth, 0, kit.Z(kit.NewBox(kit.Rail, "", 0), kit.Scroll(kit.Inset(kit.S48, kit.S48, kit.S48, kit.S32, brand))))
	right := kit.Scroll(kit.Narrow(560, kit.Inset(kit.S40, 72, kit.S40, kit.S32, kit.V(kit.S20, parts...))))
	return shell.NewSplit(left, right)
}
