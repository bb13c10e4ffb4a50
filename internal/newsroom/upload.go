package newsroom

import (
	"context"
	"errors"
	"io"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/files"
	"sen/internal/messages"
	"sen/internal/people"
	"sen/internal/picture"
	"sen/internal/storage/lease"
)

// Upload is a file that an editor sends to create a medium.
type Upload struct {
	File io.ReaderAt
	// Size is the length of the file in bytes. The caller has already checked its limit.
	Size int64
	// Name is the file name that the client gave.
	Name string
	// Input has the other fields of the medium. Locale and Key have the same meaning as in [Change].
	Input  Input
	Locale content.Locale
	Key    string
	// Publish also publishes the medium.
	Publish bool
}

// Upload stores a file as a new medium in the state DRAFT.
// If a medium with the same file exists, Upload returns that medium unchanged, with a notice. If the file is refused,
// the outcome has a problem.
// With Publish, the medium is also published. An existing medium is published only if it is a draft: one that is
// scheduled, archived or in the trash stays so.
func (n *Newsroom) Upload(ctx context.Context, chain []content.Locale, u Upload) (*Outcome, error) {
	if err := people.Permit(auth.ActorOf(ctx), content.ActionCreate, content.KindMedia); err != nil {
		return nil, err
	}
	if u.Publish {
		if err := people.Permit(auth.ActorOf(ctx), content.ActionPublish, content.KindMedia); err != nil {
			return nil, err
		}
	}
	w := &work{
		room: n, change: Change{Action: content.ActionCreate, Kind: content.KindMedia, Key: u.Key},
		actor: auth.ActorOf(ctx),
	}
	if err := w.chooseRevision(); err != nil {
		return nil, err
	}
	f, err := files.Receive(ctx, u.File, u.Size, u.Name)
	if err != nil {
		return refusedFile(messages.New(chain), err)
	}
	defer f.Close()
	m := &content.Media{Base: content.Base{ID: content.NewID(content.KindMedia, n.now())}}
	attempt := ""
	if u.Key != "" { // another file with the same key is another medium, so their bytes do not collide
		attempt = w.revision
		m.ID = content.DerivedID(content.KindMedia, w.revision+f.SHA256)
	}
	hold, err := n.store.Holds.File(ctx, f.SHA256, attempt)
	if err != nil {
		return nil, err
	}
	defer hold.Release()
	ctx = hold.Context
	outcome, err := n.take(ctx, chain, u, f, m, hold) //nolint:contextcheck // hold.Context is derived from ctx
	if lost := hold.Lost(); err != nil && lost != nil {
		return nil, lost
	}
	if err != nil || !u.Publish || outcome.Content == nil {
		return outcome, err
	}
	return n.publishUpload(ctx, chain, u, outcome) //nolint:contextcheck // as above
}

// publishUpload publishes an uploaded medium if it is a draft.
func (n *Newsroom) publishUpload(
	ctx context.Context, chain []content.Locale, u Upload, uploaded *Outcome,
) (*Outcome, error) {
	base := uploaded.Content.Common()
	if base.Editing.State != content.StateDraft {
		return uploaded, nil
	}
	published, err := n.Do(ctx, chain,
		Change{Action: content.ActionPublish, ID: uploaded.ID, Version: base.Version, Key: u.Key, Item: 1})
	if published != nil {
		published.Notices = append(uploaded.Notices, published.Notices...)
	}
	return published, err
}

// take stores a received file as a new medium, unless a medium with the same file exists.
func (n *Newsroom) take(
	ctx context.Context, chain []content.Locale, u Upload, f *files.Received, m *content.Media, hold *lease.Hold,
) (*Outcome, error) {
	report := messages.New(chain)
	change := Change{
		Action: content.ActionCreate, Kind: content.KindMedia, Locale: u.Locale, Key: u.Key,
		Input: Input{"file": f.SHA256}, // not a field of a medium: it makes requests with other files differ under one key
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
	there, err := n.store.MediumOf(ctx, f.SHA256)
	if err != nil {
		return nil, err
	}
	found, err := n.kinds[content.KindMedia].Copies(ctx, []content.ID{there}, content.StageDraft)
	if err != nil {
		return nil, err
	}
	if same := found[there]; same != nil {
		if done, ok, err := n.done(ctx, report, change); ok || err != nil {
			return done, err
		}
		report.Notice(content.NoticeDuplicate, []string{"file"}, messages.Duplicate)
		return &Outcome{Content: same, ID: there, Notices: report.Notices}, nil
	}
	if hold.TakenOver && u.Key != "" { // the earlier attempt used the same id
		if err := n.forget(ctx, m.ID); err != nil {
			return nil, err
		}
	}
	if err := f.Keep(ctx, n.store.PutFile, m); err != nil {
		if hold.Lost() != nil { // another attempt continues with the same id
			return nil, err
		}
		return refusedFile(report, errors.Join(err, n.forget(ctx, m.ID)))
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

// done returns the outcome of an earlier attempt with the same idempotency key; false if there is none.
func (n *Newsroom) done(ctx context.Context, report *messages.Report, c Change) (*Outcome, bool, error) {
	if c.Key == "" {
		return nil, false, nil
	}
	w := &work{room: n, of: n.kinds[c.Kind], change: c, actor: auth.ActorOf(ctx), report: report}
	if err := w.chooseRevision(); err != nil {
		return nil, false, err
	}
	return w.replay(ctx)
}

// forget removes the files of a medium that was not created.
func (n *Newsroom) forget(ctx context.Context, id content.ID) error {
	ctx = context.WithoutCancel(ctx) // the client may have disconnected
	found, err := n.kinds[content.KindMedia].Copies(ctx, []content.ID{id}, content.StageDraft)
	if err != nil || found[id] != nil {
		return err
	}
	return n.store.DeleteFiles(ctx, id)
}

// refusals maps the reason for which a file is refused to its message.
var refusals = map[picture.Reason]messages.Message{
	picture.ReasonType: messages.FileType, picture.ReasonPage: messages.FilePage, picture.ReasonSVG: messages.FileSVG,
	picture.ReasonHEIC: messages.FileHEIC, picture.ReasonEncoding: messages.FileEncoding,
	picture.ReasonBroken: messages.FileBroken,
	picture.ReasonPixels: messages.FilePixels, picture.ReasonFrames: messages.FileFrames,
	picture.ReasonScans: messages.FileSlow, picture.ReasonSlow: messages.FileSlow,
}

// refusedFile converts the refusal of a file to a problem. It returns any other error unchanged.
func refusedFile(r *messages.Report, err error) (*Outcome, error) {
	var refusal *picture.Refusal
	if !errors.As(err, &refusal) {
		return nil, err
	}
	r.Refuse(content.ProblemInvalid, []string{"file"}, refusals[refusal.Reason], refusal.What)
	return &Outcome{Problems: r.Problems}, nil
}
