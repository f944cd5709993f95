package ceremony

import (
	"slices"
	"testing"

	"nightlatch/server/api"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/securitykey"
	"nightlatch/ui/shell"
)

func shots() []gallerytest.Shot {
	password := gallerytest.Shot{Name: "16-password", Page: shell.SecurityKeys, Draw: func(c *shell.Console) shell.View {
		return securitykey.NewStill(c, gallerytest.Keys()).Draw()
	}, Then: func(c *shell.Console) {
		d := &passwordDialog{ceremony: newCeremony(Screens{Console: c}, api.Begin{Kind: api.Reauthenticate}), asked: c.Root(), body: look.V(look.S12)}
		d.host, d.scope = d, c.Root()
		d.state.View = api.View{Kind: api.Reauthenticate, Step: api.EnterPassword{Username: "margarethe"}, Refusal: &api.Refusal{Code: api.InvalidCredentials}}
		d.Changed()
	}}
	return slices.Concat(sessionShots(), stepShots(), keyStepShots(), []gallerytest.Shot{password})
}

func TestGallery(t *testing.T) { gallerytest.Pictures(t, shots()) }

func TestEveryScreenInEveryDress(t *testing.T) { gallerytest.Check(t, shots()) }

func TestNewsIsInSight(t *testing.T) { gallerytest.CheckNews(t, shots()) }

func TestAppearanceSwitchesWhileRunning(t *testing.T) {
	gallerytest.CheckRestyle(t, shots(), "02-sign-in-ways", "07-app-save", "08-key-choose", "08-key-pin")
}
