package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/app/commandline"
	"nightlatch/app/completion"
)

// A completer is a shell that has read its script. It returns the words that it offers for a
// line.
type completer func(line string) []string

// script writes the script that `nightlatch completion` prints.
func script(t *testing.T, shell, name string) string {
	t.Helper()
	var out, errs strings.Builder
	if status := (terminal{in: strings.NewReader(""), out: &out, err: &errs}).run([]string{"completion", shell}); status != statusOK {
		t.Fatalf("%s: %s", shell, &errs)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The real shells complete what a person types: commands, verbs, flags, their values, files.
func TestShellsComplete(t *testing.T) {
	all, err := commands()
	if err != nil {
		t.Fatal(err)
	}
	scripts := map[string]string{"bash": script(t, "bash", "nightlatch"), "zsh": script(t, "zsh", "_nightlatch"), "fish": script(t, "fish", "nightlatch.fish")}
	for _, shell := range completion.Shells() {
		t.Run(shell, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "nightlatch.age"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			complete := map[string]func(*testing.T, string, string) completer{"bash": interactive(bashSetup), "zsh": interactive(zshSetup), "fish": fish}[shell](t, scripts[shell], dir)
			for _, tt := range []struct{ line, offers string }{
				{"nightlatch ", "admin completion key licenses serve version"},
				{"nightlatch s", "serve"},
				{"nightlatch ad", "admin"},
				{"nightlatch admin s", "set-backups set-mail set-owner set-text-gateway sign-up"},
				{"nightlatch key s", "set-pin sign-in"},
				{"nightlatch serve --policy ", "classic hardened"},
				{"nightlatch serve --policy=h", "--policy=hardened"},
				{"nightlatch --lab --policy ", "classic hardened"},
				{"nightlatch serve --sign-up ", "closed invite open"},
				{"nightlatch admin sign-up --mode ", "closed invite open"},
				{"nightlatch admin set-mail --addr mail.example.org:587 --tls ", "none starttls tls"},
				{"nightlatch completion ", "bash fish zsh"},
				{"nightlatch admin restore ", "folder nightlatch.age"},
				{"nightlatch admin restore --data folder ni", "nightlatch.age"},
				{"nightlatch serve --data ", "folder"},
				{"nightlatch serve --seed ", "folder nightlatch.age"},
				{"nightlatch serve --seed=ni", "--seed=nightlatch.age"},
				{"nightlatch key enroll --pin-from ", "- fd: file:"},
				{"nightlatch key enroll --pin-from file:ni", "file:nightlatch.age"},
				{"nightlatch key enroll --se", "--server --session-file"}, // --session is not accepted
				{"nightlatch admin udev-rule ", ""},
				{"nightlatch frobnicate ", ""},
				{"nightlatch admin frobnicate --", ""},
			} {
				if got := strings.Join(complete(tt.line), " "); got != tt.offers {
					t.Errorf("%q offers %q, want %q", tt.line, got, tt.offers)
				}
			}
			for _, c := range all {
				if c.Hidden || shell != "bash" && c.Group {
					continue
				}
				var want []string
				for _, f := range c.Flags {
					if f.Kind != commandline.Refused {
						want = append(want, "--"+f.Name)
					}
				}
				if got := complete(c.Line() + " --"); !slices.Equal(got, want) {
					t.Errorf("%s offers %q, want %q", c.Line(), got, want)
				}
			}
		})
	}
}

// sorted returns the words that a shell offered, without the signs that it puts behind them.
func sorted(words []string) []string {
	var all []string
	for _, w := range words {
		if w = strings.TrimRight(w, "=/ "); w != "" {
			all = append(all, w)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fish asks the engine of fish.
func fish(t *testing.T, script, dir string) completer {
	return func(line string) (words []string) {
		cmd := exec.CommandContext(t.Context(), "fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", script, line)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%q: %v\n%s", line, err, out)
		}
		for found := range strings.Lines(string(out)) {
			word, _, _ := strings.Cut(strings.TrimSpace(found), "\t")
			words = append(words, word)
		}
		return sorted(words)
	}
}

// bashSetup and zshSetup are what an interactive shell reads first. Ctrl+X A inserts every
// word that it offers, and Ctrl+G prints the line.
const (
	bashSetup = `PS1=; bind 'set bell-style none'; bind 'set completion-query-items 0'; bind 'set mark-directories on'; bind 'set disable-completion off'
source /usr/share/bash-completion/bash_completion; source %s
bind '"\C-xa": insert-completions'; bind -x '"\C-g": printf "LINE<%%s>\n" "$READLINE_LINE"'
cd %s; echo READ''Y
`
	zshSetup = `PS1= RPS1=; unset zle_bracketed_paste; unsetopt prompt_sp prompt_cr beep; fpath=(%s:h $fpath); autoload -U compinit; compinit -u -D; zmodload zsh/complist
zle -C all-matches complete-word _generic; bindkey '^Xa' all-matches
zstyle ':completion:all-matches::::' completer _all_matches _complete; zstyle ':completion:all-matches:*' insert true
show() { print -r -- "LINE<$BUFFER>" }; zle -N show; bindkey '^G' show
cd %s; echo READ''Y
`
)

// interactive starts a shell at a terminal of its own, which script(1) makes. It is typed
// to as a person does.
func interactive(setup string) func(*testing.T, string, string) completer {
	return func(t *testing.T, path, dir string) completer {
		t.Helper()
		shell, call := "bash", "bash --norc --noprofile -i"
		begin := fmt.Sprintf(setup, path, dir)
		if setup == zshSetup {
			shell, call = "zsh", "zsh -f -i"
			begin = fmt.Sprintf(setup, `"`+filepath.Dir(path)+`"`, dir)
			begin = strings.Replace(begin, ":h $fpath", " $fpath", 1)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		t.Cleanup(cancel)
		cmd := exec.CommandContext(ctx, "script", "-qec", call, "/dev/null")
		cmd.Env = append(os.Environ(), "TERM=dumb", "HOME="+dir, "HISTFILE=", "INPUTRC=/dev/null", "COLUMNS=5000", "LC_ALL=C.UTF-8")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			in.Close()
			cancel()
			_ = cmd.Wait()
		})
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		await := func(begins string) string {
			for lines.Scan() {
				if at := strings.LastIndex(lines.Text(), begins); at >= 0 {
					return lines.Text()[at+len(begins):]
				}
			}
			t.Fatalf("%s ended: %v", shell, lines.Err())
			return ""
		}
		send := func(text string) {
			if _, err := io.WriteString(in, text); err != nil {
				t.Fatal(err)
			}
		}
		send(begin)
		await("READY")
		return func(line string) (words []string) {
			// Ctrl+A and Ctrl+K empty the line.
			send(line + "\x18a\x07")
			got, _, _ := strings.Cut(await("LINE<"), ">")
			send("\x01\x0b")
			typed := line[:strings.LastIndexByte(line, ' ')+1]
			offered, ok := strings.CutPrefix(got, typed)
			if !ok {
				t.Errorf("%q became %q", line, got)
			}
			if offered == line[len(typed):] { // nothing was inserted
				return nil
			}
			return sorted(strings.Fields(offered))
		}
	}
}
