package api

// Delivery is how messages are sent: GET and PUT /api/v1/delivery. It holds no secret.
type Delivery struct {
	Mail *MailServer  `json:"mail"` // null: none is set up
	Text *TextGateway `json:"text"`
	Kept bool         `json:"kept"` // without a mail server, mail is kept on this computer
}

// A MailServer is the server that mail is sent through (RFC 5321).
type MailServer struct {
	Host        string `json:"host"`
	Port        int    `json:"port"`
	TLS         string `json:"tls"` // starttls, tls, or none on this machine
	From        string `json:"from"`
	User        string `json:"user"`
	PasswordSet bool   `json:"password_set"`
}

// A TextGateway sends text messages. It is called with POST {"to","body"} and a bearer
// token.
type TextGateway struct {
	URL      string `json:"url"`
	TokenSet bool   `json:"token_set"`
}

// A DeliveryChange is the body of PUT /api/v1/delivery. A missing field changes
// nothing.
type DeliveryChange struct {
	Mail *MailChange `json:"mail,omitempty"`
	Text *TextChange `json:"text,omitempty"`
}

// A MailChange sets the mail server, or removes it with Off. A missing Password keeps
// the current one, unless the server or the user changes.
type MailChange struct {
	Off      bool    `json:"off,omitempty"`
	Host     string  `json:"host,omitempty"`
	Port     int     `json:"port,omitempty"`
	TLS      string  `json:"tls,omitempty"`
	From     string  `json:"from,omitempty"`
	User     string  `json:"user,omitempty"`
	Password *string `json:"password,omitempty"`
}

// A TextChange sets the text gateway, or removes it with Off. A missing Token keeps the
// current one, unless the URL changes.
type TextChange struct {
	Off   bool    `json:"off,omitempty"`
	URL   string  `json:"url,omitempty"`
	Token *string `json:"token,omitempty"`
}

// A DeliveryTest is the result of POST /api/v1/delivery/test.
type DeliveryTest struct {
	Sent   bool   `json:"sent"`
	To     string `json:"to"`
	Reason string `json:"reason,omitempty"` // if not sent: unreachable, silent, no_tls, certificate, login, login_method, sender, recipient, only_ascii, not_accepted
	Step   string `json:"step,omitempty"`   // where it failed: connect, TLS, greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA
	Reply  int    `json:"reply,omitempty"`  // the mail server's SMTP reply code

	Offered []string `json:"offered,omitempty"` // for login_method: the ways to log in that the server offers
}
