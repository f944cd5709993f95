package ui

import (
	"reflect"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
)

// The form asks only for what isn't so yet, and never sends a secret that wasn't
// typed.
func TestDeliveryFormChange(t *testing.T) {
	t.Parallel()
	secret := "s3cret"
	set := api.Delivery{
		Mail: &api.MailServer{Host: "mail.example.org", Port: 465, TLS: "tls", From: "n@example.org", User: "n", PasswordSet: true},
		Text: &api.TextGateway{URL: "https://gateway.example.org", TokenSet: true},
	}
	for _, tt := range []struct {
		name string
		from api.Delivery
		do   func(*deliveryForm)
		want api.DeliveryChange
		bad  string
	}{
		{name: "nothing set, nothing typed", do: func(*deliveryForm) {}},
		{
			name: "as it is", from: set, do: func(*deliveryForm) {},
			want: api.DeliveryChange{Mail: &api.MailChange{Host: "mail.example.org", Port: 465, TLS: "tls", From: "n@example.org", User: "n"}},
		},
		{
			name: "a first mail server", do: func(f *deliveryForm) { f.host, f.from, f.password = " mail.example.org ", "n@example.org", secret },
			want: api.DeliveryChange{Mail: &api.MailChange{Host: "mail.example.org", Port: 587, TLS: "starttls", From: "n@example.org", Password: &secret}},
		},
		{
			name: "none any more", from: set, do: func(f *deliveryForm) { f.host, f.url = "", "" },
			want: api.DeliveryChange{Mail: &api.MailChange{Off: true}, Text: &api.TextChange{Off: true}},
		},
		{
			name: "another gateway", do: func(f *deliveryForm) { f.url, f.token = "https://g.example.org", secret },
			want: api.DeliveryChange{Text: &api.TextChange{URL: "https://g.example.org", Token: &secret}},
		},
		{name: "no port", do: func(f *deliveryForm) { f.host, f.port = "mail.example.org", "smtp" }, bad: "port"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &deliveryForm{}
			f.fill(tt.from)
			tt.do(f)
			got, err := f.change(tt.from)
			if tt.bad != "" {
				if !f.refuse(newWords(t), err) || f.refused != tt.bad {
					t.Errorf("refused %q with %v, want %q", f.refused, err, tt.bad)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("change is %+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

// On one's own computer without a mail server the mail is kept and read here;
// the owner sets a server up.
func TestMailKeptHere(t *testing.T) {
	h := newOwnHouse(t)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.sees("ui.crumb.settings", "ui.crumb.access", "ui.crumb.security") // R5
	h.do("ui.method.set-up-name", key("method.app"))
	h.press(fyne.KeyReturn)
	h.sees("wizard.email.heading")
	h.write("mara@example.org")
	h.press(fyne.KeyReturn)
	h.sees("wizard.code.email.kept-heading", "wizard.code.email.kept")
	h.do("wizard.code.email.kept-link")
	h.seesFilled("ui.kept.head", "mara@example.org")
	code := sixDigits(h.seen())
	h.press(fyne.KeyEscape)
	h.tabTo("kit.code-field", "0", "6")
	h.write(code)
	h.press(fyne.KeyReturn)
	h.sees("wizard.scan.heading")

	h.ctrl(fyne.KeyComma)
	h.sees("ui.settings.email-kept")
	h.do("ui.settings.change-name", key("ui.delivery.title"))
	h.sees("ui.settings.delivery-set")
	h.tabTo("ui.delivery.host")
	h.write("https://mail.example.org")
	h.press(fyne.KeyReturn)
	h.sees("error.malformed.host.what")
	h.tabTo("ui.delivery.host")
	h.empty()
	h.write("127.0.0.1")
	h.tabTo("ui.delivery.port")
	h.empty()
	h.write("1")
	h.tabTo("ui.delivery.from")
	h.write("nightlatch@example.org")
	h.press(fyne.KeyReturn)
	h.sees("ui.delivery.saved")
	h.do("ui.delivery.test")
	h.sees("error.mail_unreachable.what")
}
