package shell

// A Once is a secret that is shown once: a code, a password, a key. Leaving
// its page asks first, unless the user has kept the secret.
type Once struct {
	Secret   string
	Question string // translation key of the question on the way out
	Kept     bool   // copied or saved, or the user has confirmed it
}

// Unsaved returns the question, or "" if nothing would be lost.
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

// Leaving calls do, which removes the contents of the screen in front. If they
// can't be shown again, it asks first.
func (c *Console) Leaving(do func()) {
	question := ""
	if k, ok := c.front.(unsaved); ok {
		question = k.Unsaved()
	}
	if question == "" {
		do()
		return
	}
	if c.leaving != nil { // the user closes the window while the question is open
		c.leaving.Close()
	}
	d := c.confirmation(question, nil, func() { c.leaving = nil; do() })
	d.OnClose = func() { c.leaving = nil }
	c.leaving = c.Dialog(d)
}
