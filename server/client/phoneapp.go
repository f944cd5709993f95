package client

import (
	"context"
	"net/http"
	"net/url"

	"nightlatch/server/api"
)

// PhoneApps lists the account's phones, oldest first (R50).
func (c *Client) PhoneApps(ctx context.Context) ([]api.PhoneApp, error) {
	return get[[]api.PhoneApp](ctx, c, "/api/v1/phone-apps")
}

// AddPhoneApp registers the client's session as the account's phone app. The app key is
// returned only here (R91).
func (c *Client) AddPhoneApp(ctx context.Context, app api.PhoneAppRequest) (api.MadePhoneApp, error) {
	return call[api.MadePhoneApp](ctx, c, http.MethodPost, "/api/v1/phone-apps", app)
}

// NewAppKey makes a new app key for the client's own phone app (R91).
func (c *Client) NewAppKey(ctx context.Context, id string) (api.AppKey, error) {
	return call[api.AppKey](ctx, c, http.MethodPost, "/api/v1/phone-apps/"+url.PathEscape(id)+"/key", nil)
}

// RemovePhoneApp ends a phone's registration and its session. For the client's own it is
// signing out (R54).
func (c *Client) RemovePhoneApp(ctx context.Context, id string) error {
	return c.delete(ctx, "/api/v1/phone-apps/"+url.PathEscape(id))
}

// LoginRequests lists the account's login requests, open ones first, then the newest (R51).
func (c *Client) LoginRequests(ctx context.Context) ([]api.LoginRequestView, error) {
	return get[[]api.LoginRequestView](ctx, c, "/api/v1/login-requests")
}

// Decide answers a login request (R52).
func (c *Client) Decide(ctx context.Context, id string, d api.Decision) (api.LoginRequestView, error) {
	return call[api.LoginRequestView](ctx, c, http.MethodPost, "/api/v1/login-requests/"+url.PathEscape(id), d)
}

// CeremonyEvents returns a channel of the moves of a ceremony that waits for somebody else
// (R50). The first event comes at once. The channel is closed when ctx or the ceremony ends.
func (c *Client) CeremonyEvents(ctx context.Context, id string) (<-chan api.Event, error) {
	return c.follow(ctx, "/api/v1/ceremonies/"+url.PathEscape(id)+"/events", nil)
}
