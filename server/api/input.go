package api

// An InputType names an input on the wire.
type InputType string

// An Input is an answer to a step. Its JSON form has "type" and the input's fields.
type Input interface{ InputType() InputType }

// Credentials answers EnterCredentials and ChooseCredentials.
type Credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// Password answers EnterPassword and ChoosePassword.
type Password struct {
	Password string `json:"password"`
}

// Continue answers a step that only shows information.
type Continue struct{}

// Email answers EnterEmail.
type Email struct {
	Address string `json:"address"`
}

// Phone answers EnterPhone. Without Discoverable it stays as the step shows it (R10).
type Phone struct {
	Number       string `json:"number"`
	Discoverable *bool  `json:"discoverable,omitempty"`
}

// Code answers EnterCode and EnterBackupCode.
type Code struct {
	Code string `json:"code"`
}

// Resend asks the server to send the same code again (R12).
type Resend struct{}

// KeyResponse answers UseSecurityKey: RegistrationResponseJSON or
// AuthenticationResponseJSON (W3C WebAuthn Level 3, §5.1).
//
// Product is the name by which the client knows the key, such as the name that it reports
// over USB. A new key is suggested to be called that.
type KeyResponse struct {
	Response RawJSON `json:"response"`
	Product  string  `json:"product,omitempty"`
}

// Label answers NameKey.
type Label struct {
	Label string `json:"label"`
}

// ConfirmInput answers Confirm.
type ConfirmInput struct{}

// ChooseMethod changes the second step of a sign-in (R40).
type ChooseMethod struct {
	Method Method `json:"method"`
}

func (Credentials) InputType() InputType  { return "credentials" }
func (Password) InputType() InputType     { return "password" }
func (Continue) InputType() InputType     { return "continue" }
func (Email) InputType() InputType        { return "email" }
func (Phone) InputType() InputType        { return "phone" }
func (Code) InputType() InputType         { return "code" }
func (Resend) InputType() InputType       { return "resend" }
func (KeyResponse) InputType() InputType  { return "key-response" }
func (Label) InputType() InputType        { return "label" }
func (ConfirmInput) InputType() InputType { return "confirm" }
func (ChooseMethod) InputType() InputType { return "choose-method" }

// Inputs returns a zero value of every input.
func Inputs() []Input {
	return []Input{
		Credentials{},
		Password{},
		Continue{},
		Email{},
		Phone{},
		Code{},
		Resend{},
		KeyResponse{},
		Label{},
		ConfirmInput{},
		ChooseMethod{},
	}
}
