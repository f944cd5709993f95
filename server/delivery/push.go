package delivery

import (
	"context"
	"encoding/json"

	"nightlatch/server/api"
)

// A Push is the content of a message to a phone app, as JSON.
type Push struct {
	Type  string `json:"type"`  // the template, such as "login-request"
	ID    string `json:"id"`    // of what it is about
	Title string `json:"title"` // in English, for apps without words of their own
	Body  string `json:"body"`
}

// push sends a message to a phone app. It changes nothing if the message cannot be delivered:
// the list of login requests has the request (R51).
func (o *Outbox) push(ctx context.Context, e envelope, title, body string) error {
	payload, err := json.Marshal(Push{Type: e.Template, ID: e.Args["id"], Title: title, Body: body})
	if err != nil {
		return &PermanentError{Reason: "it has no JSON form", Err: err}
	}
	return o.cfg.PushSender.Push(ctx, api.PushAddress{Endpoint: e.To, Keys: e.PushKeys}, payload, e.Until)
}
