package api

// Delivery is how messages are sent: GET and PUT /api/v1/delivery. It holds no secret.
type Delivery struct {
	Mail *MailServer  `json:"mail"` // null: none is set up
	Text *TextGateway `json:"text"` // the text gateway; `null`: none is set up
	Kept bool         `json:"kept"` // without a mail server, mail is kept on this computer
}

// A MailServer is the server that mail is sent through (RFC 5321).
type MailServer struct {
	Host        string `json:"host"`         // the mail server's name
	Port        int    `json:"port"`         // the TCP port
	TLS         string `json:"tls"`          // starttls, tls, or none on this machine
	From        string `json:"from"`         // the sender's address
	User        string `json:"user"`         // for AUTH; an empty string without
	PasswordSet bool   `json:"password_set"` // whether a password is set; it is never returned
}

// A TextGateway sends text messages. It is called with POST {"to","body"} and a bearer
// token.
type TextGateway struct {
	URL      string `json:"url"`       // the gateway's address
	TokenSet bool   `json:"token_set"` // whether a token is set; it is never returned
}

// A DeliveryChange is the body of PUT /api/v1/delivery. A missing field changes
// nothing.
type DeliveryChange struct {
	Mail *MailChange `json:"mail,omitempty"` // a change of the mail server
	Text *TextChange `json:"text,omitempty"` // a change of the text gateway
}

// A MailChange changes the mail server, or removes it with Off. A missing field keeps its
// value. The password has to be sent again if the server, TLS or the user changes.
type MailChange struct {
	Off      bool    `json:"off,omitempty"`      // true removes the mail server
	Host     *string `json:"host,omitempty"`     // the mail server's name
	Port     *int    `json:"port,omitempty"`     // 587 and 465 are usual
	TLS      *string `json:"tls,omitempty"`      // `starttls`, `tls` or `none`
	From     *string `json:"from,omitempty"`     // the sender's address
	User     *string `json:"user,omitempty"`     // for AUTH; an empty string without
	Password *string `json:"password,omitempty"` // for AUTH
}

// A TextChange changes the text gateway, or removes it with Off. A missing field keeps its
// value. The token has to be sent again if the URL changes.
type TextChange struct {
	Off   bool    `json:"off,omitempty"`   // true removes the text gateway
	URL   *string `json:"url,omitempty"`   // the gateway's address
	Token *string `json:"token,omitempty"` // the bearer token
}

// A DeliveryTest is the result of POST /api/v1/delivery/test.
type DeliveryTest struct {
	Sent   bool   `json:"sent"`             // whether the mail server accepted the mail
	To     string `json:"to"`               // the address it was sent to
	Reason string `json:"reason,omitempty"` // if not sent: unreachable, silent, no_tls, certificate, login, login_needed, login_method, sender, recipient, only_ascii, later, not_accepted
	Step   string `json:"step,omitempty"`   // where it failed: connect, TLS, greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA
	Reply  int    `json:"reply,omitempty"`  // the mail server's SMTP reply code

	Offered []string `json:"offered,omitempty"` // for login_method: the ways to log in that the server offers
}
