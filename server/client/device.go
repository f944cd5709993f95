package client

import "net/http"

// A DeviceKeeper stores the token of this device between runs of the program (R43). The token
// gives no access, but it identifies this device, so other users must not be able to read it.
// A DeviceKeeper may be used from several goroutines.
type DeviceKeeper interface {
	Device() string    // "" without one
	Keep(token string) // the keeper reports an error; the sign-in continues
}

// deviceField is the header field of the token.
const deviceField = "Nightlatch-Device"

// WithDevice returns a client that shows the device's token in ceremonies, and keeps the
// one that a sign-in returns.
func (c *Client) WithDevice(k DeviceKeeper) *Client {
	other := *c
	other.device = k
	return &other
}

// showDevice adds the token to a request of a ceremony.
func (c *Client) showDevice(req *http.Request) {
	if c.device == nil {
		return
	}
	if token := c.device.Device(); token != "" {
		req.Header.Set(deviceField, token)
	}
}

// keepDevice keeps a token that a sign-in returned.
func (c *Client) keepDevice(token string) {
	if c.device != nil && token != "" && token != c.device.Device() {
		c.device.Keep(token)
	}
}
