package print

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/assets"
)

func sample() Sheet {
	return Sheet{
		Account: "margarethe", Host: "Attic", Strict: true,
		Codes: []Code{{Number: 4, Code: "7kmq-2xwd-9hfz-3r8n"}, {Number: 5, Code: "q4tc-m8ze-1vja-6y0p"}},
		Date:  time.Date(2026, 11, 22, 9, 41, 0, 0, time.UTC),
	}
}

// english returns the English text of a key.
func english(t *testing.T, key string, args ...any) string {
	t.Helper()
	w, err := assets.New("en")
	if err != nil {
		t.Fatal(err)
	}
	if !w.Has(key) {
		t.Fatalf("the translations have no key %q", key)
	}
	return w.T(key, args...)
}

// oneLine joins lines that were wrapped.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// tool runs a program of poppler on a PDF.
func tool(t *testing.T, pdf []byte, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.ArtifactDir(), "sheet.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, append(args, path)...)
	if name == "pdftotext" {
		cmd.Args = append(cmd.Args, "-")
	}
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%s: %v\n%s", name, err, stderr.String())
	}
	return string(out)
}

// R77: the sheet has account, date, numbers and the order rule.
func TestPDFHasTheRequiredContent(t *testing.T) {
	t.Parallel()
	for _, paper := range Papers() {
		for _, large := range []bool{false, true} {
			s := sample()
			s.Paper, s.Large = paper, large
			pdf, err := PDF(s)
			if err != nil {
				t.Fatal(err)
			}
			text := tool(t, pdf, "pdftotext", "-layout")
			for _, want := range []string{
				english(t, "print.title"), "margarethe", "Attic", "22 November 2026",
				"4", "7kmq", "2xwd", "9hfz", "3r8n", "5", "q4tc", "m8ze", "1vja", "6y0p",
				english(t, "print.order"), english(t, "print.order-classic"), english(t, "print.kept"),
				english(t, "print.page", assets.Args{"page": 1, "pages": 1}),
			} {
				if !strings.Contains(oneLine(text), want) {
					t.Errorf("%s, large %v: no %q in\n%s", paper.Name, large, want, text)
				}
			}
			if four, five := strings.Index(text, "7kmq"), strings.Index(text, "q4tc"); four > five {
				t.Errorf("%s: codes are not in the order of their numbers (R72)", paper.Name)
			}
		}
	}
}

func TestPDFHasNoOtherMetadata(t *testing.T) {
	t.Parallel()
	pdf, err := PDF(sample())
	if err != nil {
		t.Fatal(err)
	}
	about := tool(t, pdf, "pdfinfo")
	for _, want := range []string{english(t, "print.title"), "Pages:           1", "595.28 x 841.89 pts (A4)", "Encrypted:       no", "JavaScript:      no"} {
		if !strings.Contains(about, want) {
			t.Errorf("no %q in\n%s", want, about)
		}
	}
	for _, secret := range []string{"margarethe", "Attic", "7kmq", "q4tc"} {
		if strings.Contains(about, secret) || bytes.Contains(pdf, []byte(secret)) {
			t.Errorf("%q is in the file outside its pages", secret)
		}
	}
	if fonts := tool(t, pdf, "pdffonts"); strings.Count(fonts, "CID TrueType") != 2 || strings.Count(fonts, " yes ") < 4 {
		t.Errorf("fonts must be embedded and readable as text:\n%s", fonts)
	}
	again, err := PDF(sample())
	if err != nil || !bytes.Equal(pdf, again) {
		t.Error("the same sheet gives a different file")
	}
	if len(pdf) > 200_000 {
		t.Errorf("the file has %d bytes", len(pdf))
	}
}

func TestOrderRuleFollowsThePolicy(t *testing.T) {
	t.Parallel()
	s := sample()
	classic, err := Text(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Strict = false
	hardened, err := Text(s)
	if err != nil {
		t.Fatal(err)
	}
	voids, keeps := english(t, "print.order-classic"), english(t, "print.order-hardened")
	if !strings.Contains(classic, voids) || strings.Contains(hardened, voids) || !strings.Contains(hardened, keeps) {
		t.Errorf("R73:\n%s\n%s", classic, hardened)
	}
}

func TestTextForAFile(t *testing.T) {
	t.Parallel()
	s := sample()
	s.Codes = append(s.Codes, Code{Number: 16, State: Used}, Code{Number: 17, Code: "aaaa bbbb cccc dddd", State: Void})
	got, err := Text(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		english(t, "print.title") + "\nmargarethe on “Attic”, 22 November 2026\n\n",
		" 4  7kmq-2xwd-9hfz-3r8n\n 5  q4tc-m8ze-1vja-6y0p\n16  (used)\n17  aaaa-bbbb-cccc-dddd (void)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// A sheet in a script that the font lacks is in English, and stays on the page.
func TestTextThatTheFontLacks(t *testing.T) {
	t.Parallel()
	right, err := assets.New(assets.PseudoRight)
	if err != nil {
		t.Fatal(err)
	}
	s := sample()
	s.Words, s.Host = right, "屋根裏"
	pdf, err := PDF(s)
	if err != nil {
		t.Fatal(err)
	}
	text := tool(t, pdf, "pdftotext", "-layout")
	if !strings.Contains(oneLine(text), english(t, "print.order")) || !strings.Contains(text, "margarethe, 22 November 2026") {
		t.Errorf("got\n%s", text)
	}
	long, err := assets.New(assets.PseudoLong)
	if err != nil {
		t.Fatal(err)
	}
	s.Words, s.Large, s.Paper, s.Host = long, true, Letter, strings.Repeat("very ", 60)+"long"
	inside(t, s)
}

// All elements are within the margins on every page.
func inside(t *testing.T, s Sheet) Document {
	t.Helper()
	doc, err := Layout(s)
	if err != nil {
		t.Fatal(err)
	}
	f, err := loadFaces()
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range doc.Pages {
		for _, e := range page {
			right := e.X + e.W
			if e.Words != "" && !e.Centered {
				face := f.text
				if e.Mono {
					face = f.mono
				}
				right = e.X + face.width(e.Words, e.Size)
			}
			if e.X < margin-.1 || e.Y < margin-3 || right > doc.Paper.Width-margin+.5 || e.Y+e.H > doc.Paper.Height-margin+.5 {
				t.Errorf("page %d: %+v extends beyond the page (right edge %.1f)", i+1, e, right)
			}
		}
	}
	return doc
}

func TestLayoutStaysOnThePage(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 5, 40} {
		s := sample()
		s.Large, s.Codes = true, nil
		for i := range n {
			s.Codes = append(s.Codes, Code{Number: i + 1, Code: "7kmq-2xwd-9hfz-3r8n"})
		}
		doc := inside(t, s)
		if n <= 5 && len(doc.Pages) != 1 {
			t.Errorf("%d codes take %d pages", n, len(doc.Pages))
		}
		if n == 40 && len(doc.Pages) < 2 {
			t.Errorf("%d codes take one page", n)
		}
	}
}
