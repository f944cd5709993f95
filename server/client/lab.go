package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"nightlatch/server/api"
)

// Clock returns the time by the lab's clock.
func (c *Client) Clock(ctx context.Context) (time.Time, error) {
	return now(get[api.LabClock](ctx, c, "/lab/v1/clock"))
}

// SetClock sets the lab's clock to t. It continues from there.
func (c *Client) SetClock(ctx context.Context, t time.Time) (time.Time, error) {
	t = t.UTC()
	return now(call[api.LabClock](ctx, c, http.MethodPut, "/lab/v1/clock", api.LabClock{Set: &t}))
}

// AdvanceClock advances the lab's clock by d.
func (c *Client) AdvanceClock(ctx context.Context, d time.Duration) (time.Time, error) {
	return now(call[api.LabClock](ctx, c, http.MethodPut, "/lab/v1/clock", api.LabClock{Advance: d.String()}))
}

func now(clock api.LabClock, err error) (time.Time, error) {
	if err != nil || clock.Now == nil {
		return time.Time{}, err
	}
	return *clock.Now, nil
}

// PhoneMessages lists the texts that arrived on a simulated phone, oldest first.
func (c *Client) PhoneMessages(ctx context.Context, e164 string) ([]api.LabText, error) {
	return get[[]api.LabText](ctx, c, phone(e164)+"/messages")
}

// SendText sends a text from a simulated phone, for example GO to the short code (R18).
func (c *Client) SendText(ctx context.Context, e164, to, body string) error {
	_, err := call[none](ctx, c, http.MethodPost, phone(e164)+"/messages", api.LabText{To: to, Body: body})
	return err
}

// Phones lists the simulated phones by number.
func (c *Client) Phones(ctx context.Context) ([]api.LabPhone, error) {
	return get[[]api.LabPhone](ctx, c, "/lab/v1/phones")
}

// Phone returns a simulated phone and its carrier.
func (c *Client) Phone(ctx context.Context, e164 string) (api.LabPhone, error) {
	return get[api.LabPhone](ctx, c, phone(e164))
}

// Devices lists the simulated phones without their SIMs, in the order in which they were made.
func (c *Client) Devices(ctx context.Context) ([]api.LabDevice, error) {
	return get[[]api.LabDevice](ctx, c, "/lab/v1/devices")
}

// Device returns a simulated phone without its SIM.
func (c *Client) Device(ctx context.Context, id string) (api.LabDevice, error) {
	return get[api.LabDevice](ctx, c, device(id))
}

// SetDevice changes the fields that are set in d.
func (c *Client) SetDevice(ctx context.Context, id string, d api.LabDevice) (api.LabDevice, error) {
	return call[api.LabDevice](ctx, c, http.MethodPut, device(id), d)
}

// DoDevice lets something happen to a device. It returns the device, or the one that replaces it.
func (c *Client) DoDevice(ctx context.Context, id string, action api.DeviceAction) (api.LabDevice, error) {
	return call[api.LabDevice](ctx, c, http.MethodPost, device(id)+"/"+string(action), nil)
}

func device(id string) string { return "/lab/v1/devices/" + url.PathEscape(id) }

// SetPhone changes the fields that are set in p.
func (c *Client) SetPhone(ctx context.Context, e164 string, p api.LabPhone) (api.LabPhone, error) {
	return call[api.LabPhone](ctx, c, http.MethodPut, phone(e164), p)
}

func phone(e164 string) string { return "/lab/v1/phones/" + url.PathEscape(e164) }

// Mail lists the mail that arrived for an address, or for all with "", oldest first.
func (c *Client) Mail(ctx context.Context, to string) ([]api.LabMail, error) {
	path := "/lab/v1/mail"
	if to != "" {
		path += "?" + url.Values{"to": {to}}.Encode()
	}
	return get[[]api.LabMail](ctx, c, path)
}

const labKeys = "/lab/v1/keys"

// LabKeys lists the virtual security keys.
func (c *Client) LabKeys(ctx context.Context) ([]api.LabKey, error) {
	return get[[]api.LabKey](ctx, c, labKeys)
}

// PlugKey plugs in a new virtual key with the Name, Transport, Kind and PIN of k.
func (c *Client) PlugKey(ctx context.Context, k api.LabKey) (api.LabKey, error) {
	return call[api.LabKey](ctx, c, http.MethodPost, labKeys, k)
}

// TouchKey touches a virtual key, once.
func (c *Client) TouchKey(ctx context.Context, id string) error {
	return c.DoKey(ctx, id, api.TouchKey)
}

// SetAutoTouch makes a virtual key answer without waiting to be touched.
func (c *Client) SetAutoTouch(ctx context.Context, id string, on bool) error {
	return c.SetKeyBehaviour(ctx, id, api.KeyBehaviour{AutoTouch: &on})
}

// SetKeyBehaviour changes the fields that are set in b.
func (c *Client) SetKeyBehaviour(ctx context.Context, id string, b api.KeyBehaviour) error {
	return c.changeKey(ctx, id, b)
}

// DoKey performs an action on a virtual key once.
func (c *Client) DoKey(ctx context.Context, id string, action api.KeyAction) error {
	_, err := call[none](ctx, c, http.MethodPost, labKeys+"/"+url.PathEscape(id)+"/"+string(action), nil)
	return err
}

// CopyKey makes a copy of a virtual key and plugs it in (R34).
func (c *Client) CopyKey(ctx context.Context, id, name string) (api.LabKey, error) {
	return call[api.LabKey](ctx, c, http.MethodPost, labKeys+"/"+url.PathEscape(id)+"/copy", api.LabCopy{Name: name})
}

// ForgetKey deletes a virtual key.
func (c *Client) ForgetKey(ctx context.Context, id string) error {
	return c.delete(ctx, labKeys+"/"+url.PathEscape(id)+"?forget=true")
}

// UnplugKey unplugs a virtual key. Its credentials are kept.
func (c *Client) UnplugKey(ctx context.Context, id string) error {
	return c.delete(ctx, labKeys+"/"+url.PathEscape(id))
}

// ReplugKey plugs a virtual key in again.
func (c *Client) ReplugKey(ctx context.Context, id string) error {
	return c.changeKey(ctx, id, struct {
		PluggedIn bool `json:"plugged_in"`
	}{true})
}

func (c *Client) changeKey(ctx context.Context, id string, body any) error {
	_, err := call[none](ctx, c, http.MethodPut, labKeys+"/"+url.PathEscape(id), body)
	return err
}

// ResetLab restores the lab's seed and ends every session.
func (c *Client) ResetLab(ctx context.Context) error {
	_, err := call[none](ctx, c, http.MethodPost, "/lab/v1/reset", nil)
	return err
}

// LabAccounts lists the demo accounts of the seed.
func (c *Client) LabAccounts(ctx context.Context) ([]api.LabAccount, error) {
	return get[[]api.LabAccount](ctx, c, "/lab/v1/accounts")
}
