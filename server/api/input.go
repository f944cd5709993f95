package api

// An InputType names an input on the wire.
type InputType string

// An Input is an answer to a step. Its JSON form has "type" and the input's fields.
type Input interface{ InputType() InputType }

// Credentials answers EnterCredentials and ChooseCredentials.
type Credentials struct {
	Username string `json:"username"` // the user name
	Password string `json:"password"` // the password
}

// Password answers EnterPassword and ChoosePassword.
type Password struct {
	Password string `json:"password"` // the password
}

// Continue answers a step that only shows information.
type Continue struct{}

// Email answers EnterEmail.
type Email struct {
	Address string `json:"address"` // the new address
}

// Phone answers EnterPhone. Without Discoverable it stays as the step shows it (R10).
type Phone struct {
	Number       string `json:"number"`                 // with its country code
	Discoverable *bool  `json:"discoverable,omitempty"` // whether people who have the number find the account (R10)
}

// Code answers EnterCode and EnterBackupCode.
type Code struct {
	Code string `json:"code"` // six digits or a backup code; spaces, dashes and letter case do not matter
}

// Resend asks the server to send the same code again (R12).
type Resend struct{}

// KeyResponse answers UseSecurityKey: RegistrationResponseJSON or
// AuthenticationResponseJSON (W3C WebAuthn Level 3, §5.1).
//
// Product is the name by which the client knows the key, such as the name that it reports
// over USB. A new key is suggested to be called that.
type KeyResponse struct {
	Response RawJSON `json:"response"`          // RegistrationResponseJSON or AuthenticationResponseJSON of WebAuthn
	Product  string  `json:"product,omitempty"` // the name by which the client knows the key, such as its USB product name; a new key is suggested to be called that
}

// Label answers NameKey.
type Label struct {
	Label string `json:"label"` // 1 to 64 characters
}

// ConfirmInput answers Confirm.
type ConfirmInput struct{}

// ChooseMethod changes the second step of a sign-in (R40).
type ChooseMethod struct {
	Method Method `json:"method"` // one of the alternatives of the step
}

// TextInstead asks for a code by text message in place of an approval (R53).
type TextInstead struct{}

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
func (TextInstead) InputType() InputType  { return "text" }

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
		TextInstead{},
	}
}
