package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"nightlatch/server/netaddr"
)

// A Gateway is an SMSSender that posts {"to","body"} to a text message service.
type Gateway struct {
	url, token string
	client     *http.Client
}

// GatewayConfig configures a Gateway.
type GatewayConfig struct {
	URL    string       // https, or http on this machine
	Token  string       // bearer token
	Client *http.Client // nil: the default one
}

// NewGateway checks the configuration and returns a Gateway.
func NewGateway(cfg GatewayConfig) (*Gateway, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" {
		return nil, errors.New("delivery: the gateway's URL is not valid")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && netaddr.Local(u.Hostname())) {
		return nil, errors.New("delivery: the gateway's URL must begin with https")
	}
	if cfg.Token == "" {
		return nil, errors.New("delivery: the gateway needs a token")
	}
	client := http.Client{}
	if cfg.Client != nil {
		client = *cfg.Client
	}
	// A redirect would send the token and the code to another server.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Gateway{url: u.String(), token: cfg.Token, client: &client}, nil
}

// Text implements SMSSender. Its errors hold the status, but nothing of the text.
func (g *Gateway) Text(ctx context.Context, to, body string) error {
	b, err := json.Marshal(struct {
		To   string `json:"to"`
		Body string `json:"body"`
	}{to, body})
	if err != nil {
		return errors.New("delivery: gateway: the text cannot be written as JSON")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(b))
	if err != nil {
		return errors.New("delivery: gateway: bad request")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+g.token)
	if id := ID(ctx); id != "" {
		req.Header.Set("Idempotency-Key", id)
	}
	resp, err := g.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the URL may hold a secret
		}
		return fmt.Errorf("delivery: gateway: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be reused
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		return fmt.Errorf("delivery: gateway: status %d", code)
	default:
		return &PermanentError{Reason: fmt.Sprintf("gateway: status %d", code)}
	}
}
