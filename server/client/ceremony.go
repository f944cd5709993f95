package client

import (
	"context"
	"net/http"
	"net/url"

	"nightlatch/server/api"
)

const ceremonies = "/api/v1/ceremonies"

// Begin begins a ceremony and returns its first view.
func (c *Client) Begin(ctx context.Context, b api.Begin) (api.View, error) {
	return call[api.View](ctx, c, http.MethodPost, ceremonies, b)
}

// Ceremony returns the current view of a ceremony, for example to resume it after a
// restart.
func (c *Client) Ceremony(ctx context.Context, id string) (api.View, error) {
	return get[api.View](ctx, c, ceremonies+"/"+url.PathEscape(id))
}

// Answer answers the step of revision rev and returns the next view. If the input was
// not accepted, the view has a Refusal. If another client answered first, the view has
// a later revision and no Refusal.
func (c *Client) Answer(ctx context.Context, id string, rev int, in api.Input) (api.View, error) {
	view, err := call[api.View](ctx, c, http.MethodPost, ceremonies+"/"+url.PathEscape(id), api.Answer{Rev: rev, Input: in})
	if end, ok := view.Step.(api.SignedIn); ok && err == nil {
		c.keepDevice(end.DeviceToken)
	}
	return view, err
}

// Cancel ends a ceremony without effect.
func (c *Client) Cancel(ctx context.Context, id string) error {
	_, err := call[none](ctx, c, http.MethodDelete, ceremonies+"/"+url.PathEscape(id), nil)
	return err
}
