package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"nightlatch/server/api"
)

// Account returns the signed-in account.
func (c *Client) Account(ctx context.Context) (api.Account, error) {
	return get[api.Account](ctx, c, "/api/v1/account")
}

// SetDiscoverable lets people who have the phone number find the account, or not (R10).
func (c *Client) SetDiscoverable(ctx context.Context, on bool) (api.Account, error) {
	return call[api.Account](ctx, c, http.MethodPatch, "/api/v1/account", api.AccountChange{Discoverable: &on})
}

// Keys lists the enrolled security keys (R31).
func (c *Client) Keys(ctx context.Context) ([]api.Key, error) {
	return get[[]api.Key](ctx, c, "/api/v1/keys")
}

// RenameKey gives a key another label.
func (c *Client) RenameKey(ctx context.Context, id, label string) (api.Key, error) {
	return call[api.Key](ctx, c, http.MethodPatch, "/api/v1/keys/"+url.PathEscape(id), api.Label{Label: label})
}

// DeleteKey removes a key (R6). Where it was the only method, two-factor goes off (R61).
func (c *Client) DeleteKey(ctx context.Context, id string) error {
	return c.delete(ctx, "/api/v1/keys/"+url.PathEscape(id))
}

// BackupCodes lists the backup codes by number, without the codes.
func (c *Client) BackupCodes(ctx context.Context) ([]api.BackupCodeEntry, error) {
	return get[[]api.BackupCodeEntry](ctx, c, "/api/v1/backup-codes")
}

// NewBackupCode issues one more code (R70, R71); it is shown this once.
func (c *Client) NewBackupCode(ctx context.Context) (api.NewBackupCode, error) {
	return call[api.NewBackupCode](ctx, c, http.MethodPost, "/api/v1/backup-codes", nil)
}

// ReplaceBackupCodes voids every code and issues one (R71).
func (c *Client) ReplaceBackupCodes(ctx context.Context) (api.NewBackupCode, error) {
	return call[api.NewBackupCode](ctx, c, http.MethodPost, "/api/v1/backup-codes/replace", nil)
}

// CheckBackupCode says which code this is and whether it still works, without
// using it up (R77).
func (c *Client) CheckBackupCode(ctx context.Context, code string) (api.BackupCodeCheck, error) {
	return call[api.BackupCodeCheck](ctx, c, http.MethodPost, "/api/v1/backup-codes/check", api.BackupCodeCheck{Code: code})
}

// TemporaryPasswords lists the temporary passwords, newest first (R83).
func (c *Client) TemporaryPasswords(ctx context.Context) ([]api.TemporaryPassword, error) {
	return get[[]api.TemporaryPassword](ctx, c, "/api/v1/temporary-passwords")
}

// NewTemporaryPassword makes one that works for an hour (R81); service may be "".
// It is shown this once.
func (c *Client) NewTemporaryPassword(ctx context.Context, label, service string) (api.NewTemporaryPassword, error) {
	body := struct {
		Label   string `json:"label"`
		Service string `json:"service,omitempty"`
	}{label, service}
	return call[api.NewTemporaryPassword](ctx, c, http.MethodPost, "/api/v1/temporary-passwords", body)
}

// RevokeTemporaryPassword ends one at once.
func (c *Client) RevokeTemporaryPassword(ctx context.Context, id string) error {
	return c.delete(ctx, "/api/v1/temporary-passwords/"+url.PathEscape(id))
}

// RevokeTemporaryPasswords ends all of them.
func (c *Client) RevokeTemporaryPasswords(ctx context.Context) error {
	return c.delete(ctx, "/api/v1/temporary-passwords")
}

// Sessions lists the signed-in clients (R44).
func (c *Client) Sessions(ctx context.Context) ([]api.Session, error) {
	return get[[]api.Session](ctx, c, "/api/v1/sessions")
}

// EndSession signs another client out, or this one.
func (c *Client) EndSession(ctx context.Context, id string) error {
	return c.delete(ctx, "/api/v1/sessions/"+url.PathEscape(id))
}

// EndOtherSessions signs out every client but this one.
func (c *Client) EndOtherSessions(ctx context.Context) error {
	return c.delete(ctx, "/api/v1/sessions?others=true")
}

// SignOut ends this session.
func (c *Client) SignOut(ctx context.Context) error {
	_, err := call[none](ctx, c, http.MethodPost, "/api/v1/sign-out", nil)
	return err
}

// DeletePhone forgets the phone number (R17). Where text is the only method,
// classic turns two-factor off; hardened answers conflict: turn text off first.
func (c *Client) DeletePhone(ctx context.Context) error {
	return c.delete(ctx, "/api/v1/phone")
}

// Recovery answers whether the owner could sign in without the phone.
func (c *Client) Recovery(ctx context.Context) (api.Recovery, error) {
	return get[api.Recovery](ctx, c, "/api/v1/recovery")
}

// Activity lists audit events, newest first: those before the cursor ("" for the
// newest), at most limit (0 for the server's choice).
func (c *Client) Activity(ctx context.Context, before string, limit int) ([]api.Activity, error) {
	q := url.Values{}
	if before != "" {
		q.Set("before", before)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	path := "/api/v1/activity"
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return get[[]api.Activity](ctx, c, path)
}

// Messages lists the mails that were kept on this computer, newest first.
func (c *Client) Messages(ctx context.Context) ([]api.Message, error) {
	return get[[]api.Message](ctx, c, "/api/v1/messages")
}

// Delivery says how messages leave the server; only its owner may ask.
func (c *Client) Delivery(ctx context.Context) (api.Delivery, error) {
	return get[api.Delivery](ctx, c, "/api/v1/delivery")
}

// SetDelivery changes how messages leave the server (R6).
func (c *Client) SetDelivery(ctx context.Context, change api.DeliveryChange) (api.Delivery, error) {
	return call[api.Delivery](ctx, c, http.MethodPut, "/api/v1/delivery", change)
}

// TestDelivery mails a test to the owner's address and says how that went. It
// takes up to half a minute.
func (c *Client) TestDelivery(ctx context.Context) (api.DeliveryTest, error) {
	return call[api.DeliveryTest](ctx, c, http.MethodPost, "/api/v1/delivery/test", nil)
}

func (c *Client) delete(ctx context.Context, path string) error {
	_, err := call[none](ctx, c, http.MethodDelete, path, nil)
	return err
}
