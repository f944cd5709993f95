package servertest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"

	"nightlatch/server/api"
	"nightlatch/server/client"
)

// DeliverAll delivers all due messages.
func (w *World) DeliverAll() {
	w.T.Helper()
	if err := w.Deliver(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

// TextCount returns how many texts the lab's phone has received.
func (w *World) TextCount(phone string) int {
	w.T.Helper()
	return len(w.texts(phone))
}

// LastText returns the body of the last text to a phone.
func (w *World) LastText(phone string) string {
	w.T.Helper()
	texts := w.texts(phone)
	if len(texts) == 0 {
		w.T.Fatalf("no text to %s", phone)
	}
	return texts[len(texts)-1].Body
}

// TextCode returns the code in the last text to a phone.
func (w *World) TextCode(phone string) string {
	w.T.Helper()
	text := w.LastText(phone)
	code := CodeIn(text)
	if code == "" {
		w.T.Fatalf("no code in %q", text)
	}
	return code
}

func (w *World) texts(phone string) []api.LabText {
	w.T.Helper()
	w.DeliverAll()
	return Must[[]api.LabText](w.T)(w.Client.PhoneMessages(w.T.Context(), phone))
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// CodeIn returns the first six-digit code in a text, or "".
func CodeIn(text string) string { return sixDigits.FindString(text) }

// MailSubjects returns the subjects of the mails that the lab has received for an
// address, oldest first.
func (w *World) MailSubjects(to string) []string {
	w.T.Helper()
	w.DeliverAll()
	var subjects []string
	for _, m := range Must[[]api.LabMail](w.T)(w.Client.Mail(w.T.Context(), to)) {
		subjects = append(subjects, m.Subject)
	}
	return subjects
}

// LastMail returns the text of the last mail to an address.
func (w *World) LastMail(to string) string {
	w.T.Helper()
	w.DeliverAll()
	answer := httptest.NewRecorder()
	w.simulation.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/lab/v1/mail?to="+url.QueryEscape(to), nil))
	var mails []api.LabMail
	if err := json.Unmarshal(answer.Body.Bytes(), &mails); err != nil {
		w.T.Fatal(err)
	}
	if len(mails) == 0 {
		w.T.Fatalf("no mail to %s", to)
	}
	return mails[len(mails)-1].Text
}

// LocalMail returns the mails in an account's local mailbox, newest first.
func (w *World) LocalMail(c *client.Client) []api.Message {
	w.T.Helper()
	w.DeliverAll()
	return Must[[]api.Message](w.T)(c.Messages(w.T.Context()))
}
