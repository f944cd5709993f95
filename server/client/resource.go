package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

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

// RenameKey changes the label of a key.
func (c *Client) RenameKey(ctx context.Context, id, label string) (api.Key, error) {
	return call[api.Key](ctx, c, http.MethodPatch, "/api/v1/keys/"+url.PathEscape(id), api.Label{Label: label})
}

// DeleteKey deletes a key (R6). If it was the only method, two-factor authentication is
// turned off (R61).
func (c *Client) DeleteKey(ctx context.Context, id string) error {
	return c.delete(ctx, "/api/v1/keys/"+url.PathEscape(id))
}

// BackupCodes lists the numbers and states of the backup codes.
func (c *Client) BackupCodes(ctx context.Context) ([]api.BackupCodeEntry, error) {
	return get[[]api.BackupCodeEntry](ctx, c, "/api/v1/backup-codes")
}

// NewBackupCode issues another code (R70, R71). The code is returned only here.
func (c *Client) NewBackupCode(ctx context.Context) (api.NewBackupCode, error) {
	return call[api.NewBackupCode](ctx, c, http.MethodPost, "/api/v1/backup-codes", nil)
}

// NewBackupCodes is NewBackupCode for several codes, all or none.
func (c *Client) NewBackupCodes(ctx context.Context, count int) ([]api.NewBackupCode, error) {
	return call[[]api.NewBackupCode](ctx, c, http.MethodPost, "/api/v1/backup-codes", api.BackupCodeCount{Count: &count})
}

// ReplaceBackupCodes voids every code and issues one (R71).
func (c *Client) ReplaceBackupCodes(ctx context.Context) (api.NewBackupCode, error) {
	return call[api.NewBackupCode](ctx, c, http.MethodPost, "/api/v1/backup-codes/replace", nil)
}

// ReplaceAllBackupCodes voids every code and issues count others (R71).
func (c *Client) ReplaceAllBackupCodes(ctx context.Context, count int) ([]api.NewBackupCode, error) {
	return call[[]api.NewBackupCode](ctx, c, http.MethodPost, "/api/v1/backup-codes/replace", api.BackupCodeCount{Count: &count})
}

// KeepBackupCode records that a code was printed or saved (R77).
func (c *Client) KeepBackupCode(ctx context.Context, number int, how api.KeptHow) (api.BackupCodeEntry, error) {
	return call[api.BackupCodeEntry](ctx, c, http.MethodPost, fmt.Sprintf("/api/v1/backup-codes/%d/kept", number), api.BackupCodeKept{How: how})
}

// CheckBackupCode returns the number of a code and whether it still works, without
// using it up (R77).
func (c *Client) CheckBackupCode(ctx context.Context, code string) (api.BackupCodeCheck, error) {
	return call[api.BackupCodeCheck](ctx, c, http.MethodPost, "/api/v1/backup-codes/check", api.BackupCodeCheck{Code: code})
}

// TemporaryPasswords lists the temporary passwords, newest first (R83).
func (c *Client) TemporaryPasswords(ctx context.Context) ([]api.TemporaryPassword, error) {
	return get[[]api.TemporaryPassword](ctx, c, "/api/v1/temporary-passwords")
}

// NewTemporaryPassword makes a temporary password (R81). service may be "". The
// password is returned only here.
func (c *Client) NewTemporaryPassword(ctx context.Context, label, service string) (api.NewTemporaryPassword, error) {
	body := struct {
		Label   string `json:"label"`
		Service string `json:"service,omitempty"`
	}{label, service}
	return call[api.NewTemporaryPassword](ctx, c, http.MethodPost, "/api/v1/temporary-passwords", body)
}

// RevokeTemporaryPassword revokes a temporary password.
func (c *Client) RevokeTemporaryPassword(ctx context.Context, id string) error {
	return c.delete(ctx, "/api/v1/temporary-passwords/"+url.PathEscape(id))
}

// RevokeTemporaryPasswords revokes all temporary passwords.
func (c *Client) RevokeTemporaryPasswords(ctx context.Context) error {
	return c.delete(ctx, "/api/v1/temporary-passwords")
}

// Sessions lists the signed-in clients (R44).
func (c *Client) Sessions(ctx context.Context) ([]api.Session, error) {
	return get[[]api.Session](ctx, c, "/api/v1/sessions")
}

// EndSession ends a session of the account, which may be this one.
func (c *Client) EndSession(ctx context.Context, id string) error {
	return c.delete(ctx, "/api/v1/sessions/"+url.PathEscape(id))
}

// EndOtherSessions ends all sessions of the account except this one.
func (c *Client) EndOtherSessions(ctx context.Context) error {
	return c.delete(ctx, "/api/v1/sessions?others=true")
}

// SignOut ends this session.
func (c *Client) SignOut(ctx context.Context) error {
	_, err := call[none](ctx, c, http.MethodPost, "/api/v1/sign-out", nil)
	return err
}

// DeletePhone deletes the phone number (R17). If text is the only method, the classic
// policy turns two-factor authentication off. The hardened policy answers conflict:
// turn text off first.
func (c *Client) DeletePhone(ctx context.Context) error {
	return c.delete(ctx, "/api/v1/phone")
}

// Recovery returns whether the owner could sign in without the phone.
func (c *Client) Recovery(ctx context.Context) (api.Recovery, error) {
	return get[api.Recovery](ctx, c, "/api/v1/recovery")
}

// Activity lists audit events, newest first. It starts before the cursor ("" for the
// newest) and returns at most limit events (0 for the server's default).
func (c *Client) Activity(ctx context.Context, before string, limit int) ([]api.Activity, error) {
	list, _, err := c.FindActivity(ctx, ActivityQuery{Before: before, Limit: limit})
	return list, err
}

// An ActivityQuery asks for events.
type ActivityQuery struct {
	Text   string             // words that are all in an event; "" for any
	Show   api.ActivityFilter // "" for all
	Before string             // a cursor; "" for the newest
	Limit  int                // 0 for the server's default
}

// FindActivity returns the events that a query finds, newest first, and the cursor to go on
// before; "" at the end. The server looks at a limited number of events at once, so there can
// be more to find although few or no events are returned.
func (c *Client) FindActivity(ctx context.Context, q ActivityQuery) (found []api.Activity, older string, err error) {
	values := url.Values{}
	for name, v := range map[string]string{"q": q.Text, "show": string(q.Show), "before": q.Before} {
		if v != "" {
			values.Set(name, v)
		}
	}
	if q.Limit > 0 {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	path := "/api/v1/activity"
	if len(values) > 0 {
		path += "?" + values.Encode()
	}
	found, header, err := exchange[[]api.Activity](ctx, c, http.MethodGet, path, nil)
	if err != nil {
		return nil, "", err
	}
	return found, nextCursor(header.Get("Link")), nil
}

// nextCursor is the cursor in the address of the next page.
func nextCursor(link string) string {
	target, relation, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	if !ok || !strings.Contains(relation, `rel="next"`) {
		return ""
	}
	address, err := url.Parse(target)
	if err != nil {
		return ""
	}
	return address.Query().Get("before")
}

// Messages lists the mails in the local mailbox, newest first.
func (c *Client) Messages(ctx context.Context) ([]api.Message, error) {
	return get[[]api.Message](ctx, c, "/api/v1/messages")
}

// Delivery returns how messages are sent. Only the server's owner may read it.
func (c *Client) Delivery(ctx context.Context) (api.Delivery, error) {
	return get[api.Delivery](ctx, c, "/api/v1/delivery")
}

// SetDelivery changes how messages are sent (R6).
func (c *Client) SetDelivery(ctx context.Context, change api.DeliveryChange) (api.Delivery, error) {
	return call[api.Delivery](ctx, c, http.MethodPut, "/api/v1/delivery", change)
}

// TestDelivery sends a test mail to the owner's address and returns the result. It
// takes up to 30 seconds.
func (c *Client) TestDelivery(ctx context.Context) (api.DeliveryTest, error) {
	return call[api.DeliveryTest](ctx, c, http.MethodPost, "/api/v1/delivery/test", nil)
}

func (c *Client) delete(ctx context.Context, path string) error {
	_, err := call[none](ctx, c, http.MethodDelete, path, nil)
	return err
}

// Backups returns the daily backups. Only the server's owner may see them.
func (c *Client) Backups(ctx context.Context) (api.Backups, error) {
	return get[api.Backups](ctx, c, "/api/v1/backups")
}

// SetBackups changes the daily backups (R6). A new recovery key is returned only here.
func (c *Client) SetBackups(ctx context.Context, change api.BackupsChange) (api.BackupsChanged, error) {
	return call[api.BackupsChanged](ctx, c, http.MethodPut, "/api/v1/backups", change)
}

// BackUp makes a backup now and returns the result.
func (c *Client) BackUp(ctx context.Context) (api.Backups, error) {
	return call[api.Backups](ctx, c, http.MethodPost, "/api/v1/backups", nil)
}

// ServerSettings returns the owner's settings of the server (R7).
func (c *Client) ServerSettings(ctx context.Context) (api.ServerSettings, error) {
	return get[api.ServerSettings](ctx, c, "/api/v1/server")
}

// SetSignUp changes who may sign up (R7): open, invite or closed.
func (c *Client) SetSignUp(ctx context.Context, mode string) (api.ServerSettings, error) {
	return call[api.ServerSettings](ctx, c, http.MethodPatch, "/api/v1/server", api.ServerChange{SignUp: &mode})
}

// Invitations lists the open invitations, oldest first.
func (c *Client) Invitations(ctx context.Context) ([]api.Invitation, error) {
	return get[[]api.Invitation](ctx, c, "/api/v1/invitations")
}

// Invite makes an invitation for an address. Its code is returned only here.
func (c *Client) Invite(ctx context.Context, address string) (api.NewInvitation, error) {
	return call[api.NewInvitation](ctx, c, http.MethodPost, "/api/v1/invitations", api.InvitationOrder{Address: address})
}

// TakeBackInvitation ends an invitation.
func (c *Client) TakeBackInvitation(ctx context.Context, id string) error {
	return c.delete(ctx, "/api/v1/invitations/"+url.PathEscape(id))
}

// HandOn makes another account the owner of the server (R7).
func (c *Client) HandOn(ctx context.Context, username string) error {
	_, err := call[none](ctx, c, http.MethodPut, "/api/v1/owner", api.OwnerChange{Username: username})
	return err
}
