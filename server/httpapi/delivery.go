package httpapi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
	"nightlatch/server/unavailable"
)

// messages lists the mails that were kept for the session's account, newest first.
func (h *Handler) messages(c *call) ([]api.Message, error) {
	var letters []delivery.LocalMessage
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		letters, err = delivery.LocalMailbox(tx, h.cfg.Sealer, c.session.Account)
		return err
	})
	out := make([]api.Message, len(letters))
	for i, l := range letters {
		out[i] = api.Message{ID: l.ID, To: l.To, Subject: l.Subject, Text: l.Text, At: l.At}
	}
	return out, err
}

// serverOwner returns nil if the call comes from the owner of the server and the
// delivery settings can be changed.
func (h *Handler) serverOwner(tx store.Tx, c *call) error {
	switch owner, err := account.IsOwner(tx, c.session.Account); {
	case err != nil:
		return err
	case !owner:
		return errNotOwner
	case h.cfg.FixedDelivery:
		return errFixed
	}
	return nil
}

// delivery returns the delivery settings, without the secrets.
func (h *Handler) delivery(c *call) (out api.Delivery, err error) {
	err = h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		if err := h.serverOwner(tx, c); err != nil {
			return err
		}
		set, err := delivery.LoadSettings(tx, h.cfg.Sealer)
		out = h.delivered(set)
		return err
	})
	return out, err
}

func (h *Handler) delivered(set delivery.Settings) api.Delivery {
	out := api.Delivery{Kept: h.cfg.KeepMail}
	if m := set.Mail; m != nil {
		out.Mail = &api.MailServer{
			Host: m.Host(), Port: m.Port(), TLS: string(m.TLS),
			From: m.From, User: m.Username, PasswordSet: m.Password != "",
		}
	}
	if t := set.Text; t != nil {
		out.Text = &api.TextGateway{URL: t.URL, TokenSet: t.Token != ""}
	}
	return out
}

// setDelivery changes the delivery settings, from the next message on. Changes are made
// one at a time, so that the settings in use are those written last.
func (h *Handler) setDelivery(c *call, in api.DeliveryChange) (api.Delivery, error) {
	h.setting.Lock()
	defer h.setting.Unlock()
	var (
		set    delivery.Settings
		mailer delivery.Mailer
		texter delivery.SMSSender
	)
	err := h.change(c, func(tx store.Tx, a *account.Account) error {
		if err := h.serverOwner(tx, c); err != nil {
			return err
		}
		var err error
		if set, err = delivery.LoadSettings(tx, h.cfg.Sealer); err != nil {
			return err
		}
		var details map[string]string
		if set, details, err = changed(set, in); err != nil {
			return err
		}
		if mailer, texter, err = set.Build(h.cfg.Now); err != nil {
			return refusedSetting(err)
		}
		if err := set.Save(tx, h.cfg.Sealer); err != nil {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventDeliveryChanged, Rule: "R6", Details: details})
	})
	if err != nil {
		return api.Delivery{}, err
	}
	h.cfg.Senders.Set(mailer, texter)
	h.cfg.Wake()
	return h.delivered(set), nil
}

// SetDelivery is setDelivery for the operator of the server. announce is called in the
// same transaction, with the new settings.
func (h *Handler) SetDelivery(ctx context.Context, change func(*delivery.Settings), announce func(store.Tx, delivery.Settings) error) error {
	h.setting.Lock()
	defer h.setting.Unlock()
	var mailer delivery.Mailer
	var texter delivery.SMSSender
	err := h.cfg.Store.Update(ctx, func(tx store.Tx) error {
		set, err := delivery.LoadSettings(tx, h.cfg.Sealer)
		if err != nil {
			return err
		}
		change(&set)
		if mailer, texter, err = set.Build(h.cfg.Now); err != nil {
			return err
		}
		if err := set.Save(tx, h.cfg.Sealer); err != nil {
			return err
		}
		return announce(tx, set)
	})
	if err != nil || h.cfg.FixedDelivery {
		return err
	}
	h.cfg.Senders.Set(mailer, texter)
	h.cfg.Wake()
	return nil
}

// changed applies a change to the settings. The details are for the activity list. A
// stored secret is kept only for the server it was entered for: otherwise a person at
// an open window could have it sent to another server.
func changed(set delivery.Settings, in api.DeliveryChange) (delivery.Settings, map[string]string, error) {
	if in.Mail == nil && in.Text == nil {
		return set, nil, malformedAs(api.ReasonMissing, "mail", "Say what to change: mail, text or both.")
	}
	details := map[string]string{}
	if m := in.Mail; m != nil {
		old := set.Mail
		set.Mail, details["mail"] = nil, "off"
		if !m.Off {
			next := changedMail(old, m)
			switch {
			case m.Password != nil:
				next.Password = *m.Password
			case old != nil && old.Password != "" && next.Username != "":
				if old.Addr != next.Addr || old.TLS != next.TLS || old.Username != next.Username {
					return set, nil, malformedAs(api.ReasonMissing, "password", "Send the password again: the server, TLS or the user has changed.")
				}
				next.Password = old.Password
			}
			set.Mail, details["mail"] = &next, next.Host()
		}
	}
	if t := in.Text; t != nil {
		old := set.Text
		set.Text, details["text"] = nil, "off"
		if !t.Off {
			var next delivery.TextSettings
			if old != nil {
				next.URL = old.URL
			}
			leave(&next.URL, t.URL)
			next = next.Parsed()
			switch {
			case t.Token != nil:
				next.Token = *t.Token
			case old != nil && old.URL != next.URL:
				return set, nil, malformedAs(api.ReasonMissing, "token", "Send the token again: the gateway has changed.")
			case old != nil:
				next.Token = old.Token
			}
			set.Text, details["text"] = &next, "on" // a URL may contain a secret
		}
	}
	return set, details, nil
}

// changedMail returns the mail server with the fields of a change, without its password.
// Fields that the change does not have keep their values.
func changedMail(old *delivery.MailSettings, m *api.MailChange) delivery.MailSettings {
	var next delivery.MailSettings
	host, port, tls := "", "", ""
	if old != nil {
		next = delivery.MailSettings{From: old.From, Username: old.Username}
		host, port, tls = old.Host(), strconv.Itoa(old.Port()), string(old.TLS)
	}
	leave(&host, m.Host)
	if m.Port != nil {
		port = strconv.Itoa(*m.Port)
	}
	leave(&tls, m.TLS)
	leave(&next.From, m.From)
	leave(&next.Username, m.User)
	next.Addr, next.TLS = net.JoinHostPort(host, port), delivery.TLSMode(tls)
	return next.Parsed()
}

// leave sets a text, unless the request does not have it.
func leave(text, in *string) {
	if in != nil {
		*text = *in
	}
}

func refusedSetting(err error) error {
	var wrong *delivery.SettingError
	if errors.As(err, &wrong) {
		return malformed(wrong.Field, "This has to be "+wrong.Want+".")
	}
	return err
}

// testDelivery mails a test to the owner's address and returns the result.
func (h *Handler) testDelivery(c *call, _ none) (api.DeliveryTest, error) {
	var to string
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		if err := h.serverOwner(tx, c); err != nil {
			return err
		}
		a, err := account.Load(tx, c.session.Account)
		if err != nil {
			return err
		}
		to = a.Email
		if !h.cfg.Senders.Capabilities().Mail {
			return errNoMail
		}
		return h.possible(tx, a, api.ActTestMail)
	})
	if err != nil {
		return api.DeliveryTest{}, err
	}
	subject, text, err := delivery.Render(delivery.Message{Channel: api.ByEmail, To: to, Template: delivery.TestMail}, h.cfg.RPID)
	if err != nil {
		return api.DeliveryTest{}, err
	}
	out := api.DeliveryTest{Sent: true, To: to}
	if err := h.cfg.Senders.Mail(c.r.Context(), to, subject, text); err != nil {
		found := delivery.Diagnose(err)
		out.Sent, out.Reason, out.Step, out.Reply, out.Offered = false, string(found.Why), found.Step, found.Reply, found.Offered
		h.cfg.Log.Warn("the test mail was not sent", "error", err)
	}
	return out, nil
}

// Problems of the delivery routes.
var (
	errNotOwner = errors.New("httpapi: not the owner of the server")
	errFixed    = errors.New("httpapi: delivery is fixed")
	errNoMail   = errors.New("httpapi: no mail server is set up")
)

// deliveryProblems are the refusals of the settings of delivery.
var deliveryProblems = []row{
	{
		of:     []error{errNotOwner},
		status: http.StatusForbidden, code: api.NotOwner,
		title:  "Only the owner of this server may",
		detail: "The owner is the first account that was made in the window, or the one that nightlatch admin set-owner names. Ask the owner.",
	},
	{
		of:     []error{errFixed},
		status: http.StatusConflict, code: api.Conflict, reason: "fixed",
		title:  "Mail and texts go to the lab",
		detail: "In the lab they never leave this computer, so there is no server to set.",
	},
	{
		of:     []error{errNoMail},
		status: http.StatusConflict, code: api.CannotSend, reason: "mail", rule: "R4",
		title:  "No mail server is set up",
		detail: "Set one up, then test it.",
	},
	{
		of:     []error{unavailable.ErrNoAddress},
		status: http.StatusConflict, code: api.Conflict, reason: "no_address", rule: "R4",
		title:  "This account has no email address",
		detail: "A test goes to your own address. Begin change-email, then test.",
	},
}
