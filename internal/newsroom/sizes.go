package newsroom

import (
	"bytes"
	"context"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/mongodb"
	"sen/internal/picture"
)

// filePurpose is what the addresses of files are signed for.
const filePurpose = "media"

// guestMark stands between a guest's token and the signature in the address of a file.
const guestMark = "."

// SignFile signs the address of a medium's file: of its variant or its size of some name,
// "" for the whole one, as it is at a stage. Sizes are made for those alone who have a
// signature, and drafts are shown to them. What a guest's preview shows is signed with its token, and ends with it.
func (n *Newsroom) SignFile(ctx context.Context, id content.ID, variant string, stage content.Stage) (string, error) {
	signer, err := n.signer(ctx)
	if err != nil {
		return "", err
	}
	if guest := auth.ActorOf(ctx); stage == content.StageDraft && guest != nil && guest.Preview == id {
		return guest.PreviewToken + guestMark + signer.Sign(filePurpose, string(id), variant, guest.PreviewToken), nil
	}
	return signer.Sign(filePurpose, string(id), variant, string(stage)), nil
}

// SignedFile tells for which stage the address of a file was signed; "" for none.
func (n *Newsroom) SignedFile(ctx context.Context, signature string, id content.ID, variant string) (content.Stage, error) {
	signer, err := n.signer(ctx)
	if err != nil {
		return "", err
	}
	if token, rest, guest := strings.Cut(signature, guestMark); guest {
		preview, err := opened(ctx, n.store, signer, token, n.now())
		if preview == nil || preview.Entry != id || !signer.Verify(rest, filePurpose, string(id), variant, token) {
			return "", err
		}
		return content.StageDraft, nil
	}
	for _, stage := range []content.Stage{content.StagePublished, content.StageDraft} {
		if signer.Verify(signature, filePurpose, string(id), variant, string(stage)) {
			return stage, nil
		}
	}
	return "", nil
}

// sizeTimeout bounds the making of a size.
const sizeTimeout = time.Minute

// Sized opens a picture that is there at a stage in a size, which is made when it is asked
// for the first time, and kept. What is no picture is a NOT_FOUND.
func (n *Newsroom) Sized(ctx context.Context, id content.ID, size picture.Size, stage content.Stage) (*mongodb.File, error) {
	file, err := n.store.OpenFile(ctx, id, size.Key(), stage)
	if content.CodeOf(err) != content.CodeNotFound {
		return file, err
	}
	whole, err := n.store.OpenFile(ctx, id, "", stage)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(whole.MimeType, "image/") {
		return nil, content.Errorf(content.CodeNotFound, "It is no picture.")
	}
	_, err, _ = n.sizes.Do(string(id)+"@"+size.Key(), func() (any, error) {
		// The first one may go while others wait.
		return nil, n.makeSize(context.WithoutCancel(ctx), id, size, stage)
	})
	if err != nil {
		return nil, err
	}
	return n.store.OpenFile(ctx, id, size.Key(), stage)
}

func (n *Newsroom) makeSize(ctx context.Context, id content.ID, size picture.Size, stage content.Stage) error {
	ctx, cancel := context.WithTimeout(ctx, sizeTimeout)
	defer cancel()
	whole, err := n.store.OpenFile(ctx, id, "", stage)
	if err != nil {
		return err
	}
	spooled, err := picture.Spool(whole)
	if err != nil {
		return err
	}
	defer func() { _ = spooled.Close() }()
	p, err := picture.Open(ctx, spooled.Bytes)
	if err != nil {
		return err
	}
	defer p.Close()
	made, err := p.Resize(size)
	if err != nil {
		return err
	}
	return n.store.PutFile(ctx, id, size.Key(), size.Key(), made.Format.MimeType(), bytes.NewReader(made.Data))
}
