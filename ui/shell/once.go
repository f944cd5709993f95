package shell

// A Once is a secret that is shown once: a code, a password, a key. A page that shows one
// is not left without a question before the person has kept it.
type Once struct {
	Secret   string
	Question string // translation key of the question on the way out
	Kept     bool   // it was copied or saved, or the person said so
}

// Unsaved returns the question, "" if there is nothing to lose.
func (o *Once) Unsaved() string {
	if o == nil || o.Secret == "" || o.Kept {
		return ""
	}
	return o.Question
}

// Copy puts the secret on the clipboard.
func (o *Once) Copy(c *Console) {
	c.CopySecret(o.Secret)
	o.Kept = true
}

// Leaving does something that takes away what the screen in front shows, and asks first if
// that can't be shown again.
func (c *Console) Leaving(do func()) {
	question := ""
	if k, ok := c.front.(unsaved); ok {
		question = k.Unsaved()
	}
	if question == "" {
		do()
		return
	}
	if c.leaving != nil { // the window is closed while the question is open
		c.leaving.Close()
	}
	d := c.confirmation(question, nil, func() { c.leaving = nil; do() })
	d.OnClose = func() { c.leaving = nil }
	c.leaving = c.Dialog(d)
}
