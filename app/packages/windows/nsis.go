package windows

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// setup makes the setup for one user.
func (b *builder) setup(ctx context.Context) (string, error) {
	files, err := b.write("files.nsh", []byte(b.nsisFiles()))
	if err != nil {
		return "", err
	}
	out := filepath.Join(b.Out, "nightlatch-"+b.Version+"-setup.exe")
	built := filepath.Join(b.work, filepath.Base(out))
	args := []string{
		"-V2", "-WX", // warnings are errors
		"-DVERSION=" + b.Version, "-DTREE=" + b.tree, "-DPICTURES=" + b.pictures, "-DFILES=" + files,
		"-DSCRIPTS=" + b.sources, "-DOUTFILE=" + built, "-DSIZE_KB=" + strconv.FormatInt(b.size>>10, 10),
	}
	if b.Signer != nil {
		// makensis runs the command while it builds: it alone sees the uninstaller.
		args = append(args, "-DSIGN="+b.Signer.command("%1"))
	}
	if err := b.run(ctx, "makensis", append(args, filepath.Join(b.sources, "nightlatch.nsi"))...); err != nil {
		return "", err
	}
	if err := b.Signer.Sign(ctx, built); err != nil {
		return "", err
	}
	return out, move(built, out)
}

// nsisFiles writes the macros that install the files of the tree and delete them again. The
// uninstaller deletes only what the list names: a person may have put more into the folder.
func (b *builder) nsisFiles() string {
	var install, remove strings.Builder
	var dirs []string
	in := ""
	fmt.Fprintln(&install, "SetOutPath \"$INSTDIR\"")
	for _, file := range b.files {
		dir := path.Dir(file)
		if dir != "." && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
		if dir == "." {
			dir = ""
		}
		if dir != in {
			fmt.Fprintf(&install, "SetOutPath \"$INSTDIR%s\"\n", strings.TrimSuffix(`\`+backslashes(dir), `\`))
			in = dir
		}
		fmt.Fprintf(&install, "File \"%s\"\n", filepath.Join(b.tree, filepath.FromSlash(file)))
		fmt.Fprintf(&remove, "Delete \"$INSTDIR\\%s\"\n", backslashes(file))
	}
	slices.Sort(dirs)
	for _, dir := range slices.Backward(dirs) { // the inner ones first
		fmt.Fprintf(&remove, "RMDir \"$INSTDIR\\%s\"\n", backslashes(dir))
	}
	return "!macro INSTALL_FILES\n" + install.String() + "!macroend\n!macro DELETE_FILES\n" + remove.String() + "!macroend\n"
}

func backslashes(path string) string { return strings.ReplaceAll(path, "/", `\`) }
