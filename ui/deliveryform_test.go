package ui

import (
	"reflect"
	"testing"

	"nightlatch/assets"
	"nightlatch/server/api"
)

// The form asks only for what has changed, and never sends a secret that was not
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
			want: api.DeliveryChange{Mail: &api.MailChange{Host: new("mail.example.org"), Port: new(465), TLS: new("tls"), From: new("n@example.org"), User: new("n")}},
		},
		{
			name: "a first mail server", do: func(f *deliveryForm) { f.host, f.from, f.password = " mail.example.org ", "n@example.org", secret },
			want: api.DeliveryChange{Mail: &api.MailChange{Host: new("mail.example.org"), Port: new(587), TLS: new("starttls"), From: new("n@example.org"), User: new(""), Password: &secret}},
		},
		{
			name: "none any more", from: set, do: func(f *deliveryForm) { f.host, f.url = "", "" },
			want: api.DeliveryChange{Mail: &api.MailChange{Off: true}, Text: &api.TextChange{Off: true}},
		},
		{
			name: "another gateway", do: func(f *deliveryForm) { f.url, f.token = "https://g.example.org", secret },
			want: api.DeliveryChange{Text: &api.TextChange{URL: new("https://g.example.org"), Token: &secret}},
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
				if !f.refuse(catalog(t), err) || f.refused != tt.bad {
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

func catalog(t *testing.T) *assets.Catalog {
	t.Helper()
	w, err := assets.New("en")
	if err != nil {
		t.Fatal(err)
	}
	return w
}
