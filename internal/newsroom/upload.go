package newsroom

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/picture"
	"sen/internal/storage"
	"sen/internal/storage/lease"
)

// Upload is a file that an editor sends, to become a medium.
type Upload struct {
	File io.ReaderAt
	// Size is the length of the file in bytes; whoever took it in has bounded it.
	Size int64
	// Name is what the sender calls it.
	Name string
	// Input has what else is known of the medium; Locale and Key are those of a [Change].
	Input  Input
	Locale content.Locale
	Key    string
	// Publish shows the medium to readers at once.
	Publish bool
}

// Upload keeps a file as a new medium, a draft. A file that is there already is answered
// with its medium, which stays as it is, and a notice. One that is not taken in is a
// problem of the outcome. With Publish the medium is published, too; one that was there already only when nothing was
// done with it yet: what is under embargo or out of work stays.
func (n *Newsroom) Upload(ctx context.Context, chain []content.Locale, u Upload) (*Outcome, error) {
	if err := Permit(auth.ActorOf(ctx), content.ActionCreate, content.KindMedia); err != nil {
		return nil, err
	}
	if u.Publish {
		if err := Permit(auth.ActorOf(ctx), content.ActionPublish, content.KindMedia); err != nil {
			return nil, err
		}
	}
	w := &work{Newsroom: n, Change: Change{Action: content.ActionCreate, Kind: content.KindMedia, Key: u.Key}, actor: auth.ActorOf(ctx)}
	if err := w.begin(); err != nil {
		return nil, err
	}
	f, err := receive(ctx, u.File, u.Size, u.Name)
	if err != nil {
		return newReport(chain).refusedFile(err)
	}
	defer f.close()
	m := &content.Media{Base: content.Base{ID: content.NewID(content.KindMedia, n.now())}}
	attempt := ""
	if u.Key != "" { // another file under the same key is another medium, whose bytes are not in the way
		attempt = w.revision
		m.ID = content.DerivedID(content.KindMedia, w.revision+f.sum)
	}
	hold, err := n.store.Holds.File(ctx, f.sum, attempt)
	if err != nil {
		return nil, err
	}
	defer hold.Release()
	ctx = hold.Context
	outcome, err := n.take(ctx, chain, u, f, m, hold)
	if lost := hold.Lost(); err != nil && lost != nil {
		return nil, lost
	}
	if err != nil || !u.Publish || outcome.Content == nil {
		return outcome, err
	}
	return n.publishUpload(ctx, chain, u, outcome)
}

// publishUpload publishes a medium that was uploaded and is a draft.
func (n *Newsroom) publishUpload(ctx context.Context, chain []content.Locale, u Upload, uploaded *Outcome) (*Outcome, error) {
	base := uploaded.Content.Common()
	if base.Editing.State != content.StateDraft {
		return uploaded, nil
	}
	published, err := n.Do(ctx, chain, Change{Action: content.ActionPublish, ID: uploaded.ID, Version: base.Version, Key: u.Key, Item: 1})
	if published != nil {
		published.Notices = append(uploaded.Notices, published.Notices...)
	}
	return published, err
}

// take keeps a file that was received as a new medium, unless it is there already.
func (n *Newsroom) take(ctx context.Context, chain []content.Locale, u Upload, f *received, m *content.Media, hold *lease.Hold) (*Outcome, error) {
	report := newReport(chain)
	change := Change{
		Action: content.ActionCreate, Kind: content.KindMedia, Locale: u.Locale, Key: u.Key,
		Input: Input{"file": f.sum}, // no field of a medium: it tells apart what is sent under one key
		prepare: func(c content.Content) {
			made := c.(*content.Media)
			base := made.Base
			base.ID = m.ID
			*made = *m
			made.Base = base
		},
	}
	for name, value := range u.Input {
		change.Input[name] = value
	}
	there, err := n.store.MediumOf(ctx, f.sum)
	if err != nil {
		return nil, err
	}
	found, err := n.desks[content.KindMedia].copies(ctx, []content.ID{there}, content.StageDraft)
	if err != nil {
		return nil, err
	}
	if same := found[there]; same != nil {
		if done, err := n.done(ctx, report, change); done != nil || err != nil {
			return done, err
		}
		report.notice(content.NoticeDuplicate, []string{"file"}, msgDuplicate)
		return &Outcome{Content: same, ID: there, Notices: report.notices}, nil
	}
	if hold.TakenOver && u.Key != "" { // the attempt before had the same id
		if err := n.forget(ctx, m.ID); err != nil {
			return nil, err
		}
	}
	if err := f.keep(ctx, n.store, m); err != nil {
		if hold.Lost() != nil { // another attempt goes on with the same id
			return nil, err
		}
		return report.refusedFile(errors.Join(err, n.forget(ctx, m.ID)))
	}
	outcome, err := n.Do(ctx, chain, change)
	if hold.Lost() != nil {
		return outcome, err
	}
	if err != nil || outcome.ID != m.ID {
		err = errors.Join(err, n.forget(ctx, m.ID))
	}
	return outcome, err
}

// done is what the first attempt of a change did under its idempotency key; nil without one.
func (n *Newsroom) done(ctx context.Context, report *report, c Change) (*Outcome, error) {
	if c.Key == "" {
		return nil, nil
	}
	w := &work{Newsroom: n, Change: c, actor: auth.ActorOf(ctx), report: report}
	if err := w.begin(); err != nil {
		return nil, err
	}
	return w.replay(ctx, n.desks[c.Kind])
}

// forget removes the files of a medium that did not come to be.
func (n *Newsroom) forget(ctx context.Context, id content.ID) error {
	ctx = context.WithoutCancel(ctx) // who sent it may be gone
	found, err := n.desks[content.KindMedia].copies(ctx, []content.ID{id}, content.StageDraft)
	if err != nil || found[id] != nil {
		return err
	}
	return n.store.DeleteFiles(ctx, id)
}

// refusals say why a file is not taken in.
var refusals = map[picture.Reason]message{
	picture.ReasonType: msgFileType, picture.ReasonPage: msgFilePage, picture.ReasonSVG: msgFileSVG,
	picture.ReasonHEIC: msgFileHEIC, picture.ReasonEncoding: msgFileEncoding, picture.ReasonBroken: msgFileBroken,
	picture.ReasonPixels: msgFilePixels, picture.ReasonFrames: msgFileFrames, picture.ReasonScans: msgFileSlow, picture.ReasonSlow: msgFileSlow,
}

// refusedFile turns the refusal of a file into a problem; any other error stays one.
func (r *report) refusedFile(err error) (*Outcome, error) {
	var refusal *picture.Refusal
	if !errors.As(err, &refusal) {
		return nil, err
	}
	r.refuse(content.ProblemInvalid, []string{"file"}, refusals[refusal.Reason], refusal.What)
	return &Outcome{Problems: r.problems}, nil
}

// received is a file on its way in, cleaned.
type received struct {
	file io.ReaderAt
	size int64
	name string
	sum  string
	as   picture.Type
	// data is the file when it is a picture, nil otherwise. It is not in memory, and gone after close.
	data  []byte
	close func()
}

// receive tells what a file is, and cleans it. One that is received is to be closed.
func receive(ctx context.Context, file io.ReaderAt, size int64, name string) (*received, error) {
	as, err := picture.Sniff(file, size, name)
	if err != nil {
		return nil, err
	}
	f := &received{file: file, size: size, as: as, close: func() {}}
	if strings.HasPrefix(as.MimeType, "image/") {
		err = f.clean(ctx)
	} else {
		f.file, err = picture.CleanVideo(ctx, file, size, as)
	}
	if err != nil {
		return nil, err
	}
	f.name = fileName(name, f.as)
	sum := sha256.New()
	if _, err := io.Copy(sum, f.reader()); err != nil {
		f.close()
		return nil, fmt.Errorf("read a file: %w", err)
	}
	f.sum = hex.EncodeToString(sum.Sum(nil))
	return f, nil
}

// clean puts a cleaned picture in the place of the file.
func (f *received) clean(ctx context.Context) error {
	if f.size > picture.MaxBytes {
		return &picture.Refusal{Reason: picture.ReasonPixels, What: fmt.Sprintf("%d bytes", f.size)}
	}
	came, err := picture.Spool(f.reader())
	if err != nil {
		return err
	}
	parts, as, err := picture.Clean(ctx, came.Bytes, f.as)
	var cleaned *picture.Spooled
	if err == nil {
		cleaned, err = picture.Spool(parts.Reader())
	}
	if err = errors.Join(err, came.Close()); err != nil {
		return err
	}
	f.close = func() { _ = cleaned.Close() }
	f.data, f.as = cleaned.Bytes, as
	f.file, f.size = bytes.NewReader(f.data), int64(len(f.data))
	return nil
}

func (f *received) reader() io.Reader { return io.NewSectionReader(f.file, 0, f.size) }

// kinds are the kinds of media, by the first half of their types.
var kinds = map[string]content.MediaKind{
	"image": content.MediaImage, "video": content.MediaVideo, "audio": content.MediaAudio,
}

// keep stores a file under a medium's id, and notes in the medium what it is. A picture
// gets its variants.
func (f *received) keep(ctx context.Context, store *storage.Store, m *content.Media) error {
	m.FileName, m.MimeType, m.Bytes, m.SHA256 = f.name, f.as.MimeType, f.size, f.sum
	kind, _, _ := strings.Cut(m.MimeType, "/")
	m.FileType = content.MediaDocument
	if known, ok := kinds[kind]; ok {
		m.FileType = known
	}
	if f.data != nil {
		if err := f.keepVariants(ctx, store, m); err != nil {
			return err
		}
	}
	return store.PutFile(ctx, m.ID, "", m.FileName, m.MimeType, f.reader())
}

// variantWidths are the widths in pixels that a picture is kept in beside its own.
var variantWidths = []int{320, 640, 1280}

// keepVariants keeps a picture at smaller widths, and notes what it shows. One that moves
// has no smaller versions: they would stand still.
func (f *received) keepVariants(ctx context.Context, store *storage.Store, m *content.Media) error {
	p, err := picture.Open(ctx, f.data)
	if err != nil {
		return err
	}
	defer p.Close()
	m.Width, m.Height, m.Color, m.Variants = &p.Width, &p.Height, p.Color(), nil
	if m.Placeholder, err = p.Placeholder(); err != nil {
		return err
	}
	for _, width := range variantWidths {
		if width >= p.Width || p.Animated {
			break
		}
		made, err := p.Resize(ctx, picture.Contain(p.Width, p.Height, width, picture.MaxSide))
		if err != nil {
			return err
		}
		if n := len(m.Variants); n > 0 && m.Variants[n-1].Width == made.Width {
			break // it is so tall that it can't get wider
		}
		mimeType := made.Format.MimeType()
		if err := store.PutFile(ctx, m.ID, strconv.Itoa(made.Width), m.FileName, mimeType, bytes.NewReader(made.Data)); err != nil {
			return err
		}
		m.Variants = append(m.Variants, &content.MediaVariant{
			Width: made.Width, Height: made.Height, MimeType: mimeType, Bytes: int64(len(made.Data)),
		})
	}
	return nil
}

// maxFileName bounds a file's name in bytes.
const maxFileName = 200

// extensions matches what ends a name as an extension does.
var extensions = regexp.MustCompile(`\.[A-Za-z0-9]{1,5}$`)

// fileName is a name that a file can have everywhere: without folders and control signs,
// and with an extension that tells its type.
func fileName(name string, as picture.Type) string {
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.C, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune(`"*:<>?|`, r):
			return '-'
		}
		return r
	}, name)
	extension := path.Ext(name)
	if !slices.Contains(as.Extensions, strings.TrimPrefix(strings.ToLower(extension), ".")) {
		name = extensions.ReplaceAllString(name, "")
		extension = "." + as.Extensions[0]
	} else {
		name = strings.TrimSuffix(name, extension)
	}
	for len(name)+len(extension) > maxFileName {
		_, last := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-last]
	}
	name = strings.Trim(name, ". ")
	if name == "" {
		name = "file"
	}
	return name + extension
}

// keepFile keeps the file of a medium that is imported, in the same way.
func keepFile(ctx context.Context, store *storage.Store, m *content.Media, open func() (io.ReadCloser, error)) error {
	opened, err := open()
	if err != nil {
		return err
	}
	file, size, err := anywhere(opened)
	if err == nil {
		var f *received
		if f, err = receive(ctx, file, size, m.FileName); err == nil {
			err = f.keep(ctx, store, m)
			f.close()
		}
	}
	return errors.Join(err, opened.Close())
}

// anywhere makes a file readable at any place: most are, the others are read whole.
func anywhere(file io.Reader) (io.ReaderAt, int64, error) {
	if at, ok := file.(interface {
		io.ReaderAt
		io.Seeker
	}); ok {
		size, err := at.Seek(0, io.SeekEnd)
		return at, size, err
	}
	data, err := io.ReadAll(file)
	return bytes.NewReader(data), int64(len(data)), err
}
