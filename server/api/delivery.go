package api

// A Delivery is how messages leave this server: GET and PUT /api/v1/delivery. It
// never holds a secret.
type Delivery struct {
	Mail *MailServer  `json:"mail"` // null: none is set up
	Text *TextGateway `json:"text"`
	Kept bool         `json:"kept"` // without a mail server, mail is kept on this computer
}

// A MailServer takes mail (RFC 5321).
type MailServer struct {
	Host        string `json:"host"`
	Port        int    `json:"port"`
	TLS         string `json:"tls"` // starttls, tls, or none on this machine
	From        string `json:"from"`
	User        string `json:"user"`
	PasswordSet bool   `json:"password_set"`
}

// A TextGateway takes texts: {"to","body"} by POST, with a bearer token.
type TextGateway struct {
	URL      string `json:"url"`
	TokenSet bool   `json:"token_set"`
}

// A DeliveryChange is the body of PUT /api/v1/delivery. What is left out stays.
type DeliveryChange struct {
	Mail *MailChange `json:"mail,omitempty"`
	Text *TextChange `json:"text,omitempty"`
}

// A MailChange names a mail server, or with Off says that there is none. Without
// a Password the one that is set stays, if server and user do.
type MailChange struct {
	Off      bool    `json:"off,omitempty"`
	Host     string  `json:"host,omitempty"`
	Port     int     `json:"port,omitempty"`
	TLS      string  `json:"tls,omitempty"`
	From     string  `json:"from,omitempty"`
	User     string  `json:"user,omitempty"`
	Password *string `json:"password,omitempty"`
}

// A TextChange names a text gateway, or with Off says that there is none. Without
// a Token the one that is set stays, if the URL does.
type TextChange struct {
	Off   bool    `json:"off,omitempty"`
	URL   string  `json:"url,omitempty"`
	Token *string `json:"token,omitempty"`
}

// A DeliveryTest is how the mail of POST /api/v1/delivery/test went.
type DeliveryTest struct {
	Sent   bool   `json:"sent"`
	To     string `json:"to"`
	Reason string `json:"reason,omitempty"` // why not: unreachable, silent, no_tls, certificate, login, sender, recipient, not_accepted
	Reply  int    `json:"reply,omitempty"`  // of the mail server
}
