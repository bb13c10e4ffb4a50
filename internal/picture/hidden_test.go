package picture_test

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"testing"

	"sen/internal/picture"
)

// profile returns a colour profile of the given length, with the fixed parts of its header.
func profile(length int) []byte {
	p := make([]byte, length)
	binary.BigEndian.PutUint32(p, uint32(length))
	copy(p[36:], "acsp")
	return p
}

// deflated compresses bytes with zlib.
func deflated(data []byte) []byte {
	var buf bytes.Buffer
	w := zlib.NewWriter(&buf)
	_, _ = w.Write(data)
	_ = w.Close()
	return buf.Bytes()
}

// chunksOf returns the chunks of a PNG.
func chunksOf(data []byte) (chunks [][]byte) {
	for rest := data[8:]; len(rest) > 0; {
		length := binary.BigEndian.Uint32(rest) + 12
		chunks = append(chunks, rest[:length])
		rest = rest[length:]
	}
	return chunks
}

// pngWith replaces each chunk of a PNG by the chunks that change returns.
func pngWith(data []byte, change func(name string, body []byte) [][]byte) []byte {
	made := [][]byte{data[:8]}
	for _, c := range chunksOf(data) {
		made = append(made, change(string(c[4:8]), c[8:len(c)-4])...)
	}
	return slices.Concat(made...)
}

// appended appends bytes to the body of a chunk.
func appended(chunkName string, more []byte) func(string, []byte) [][]byte {
	return func(name string, body []byte) [][]byte {
		if name == chunkName {
			body = slices.Concat(body, more)
		}
		return [][]byte{chunk(name, body)}
	}
}

// inserted inserts a chunk before another one.
func inserted(chunkName string, more []byte) func(string, []byte) [][]byte {
	return func(name string, body []byte) [][]byte {
		if name == chunkName {
			return [][]byte{more, chunk(name, body)}
		}
		return [][]byte{chunk(name, body)}
	}
}

// animated makes a PNG animated: its pixels are in two frames.
func animated(data, more []byte) []byte {
	control := func(n uint32) []byte {
		b := binary.BigEndian.AppendUint32(nil, n)
		b = append(b, data[16:24]...) // width, height
		return append(b, make([]byte, 26-len(b))...)
	}
	return pngWith(data, func(name string, body []byte) [][]byte {
		if name != "IDAT" {
			return [][]byte{chunk(name, body)}
		}
		return [][]byte{
			chunk("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}), chunk("fcTL", control(0)), chunk(name, body),
			chunk("fcTL", control(1)), chunk("fdAT", slices.Concat([]byte{0, 0, 0, 2}, body, more)),
		}
	})
}

// TestHiddenData hides a place in every part of a picture that can hold invisible data. Clean must remove it and keep
// the pixels.
func TestHiddenData(t *testing.T) {
	photo, drawing := jpegOf(t, scene(64, 48)), pngOf(t, scene(64, 48))
	secret := []byte(place)
	jfif := slices.Concat([]byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01"), []byte{4, 2}, secret)
	adobe := slices.Concat([]byte("Adobe\x00\x64\x00\x00\x00\x00\x01"), secret)
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White, color.Black})
	var moving bytes.Buffer
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{10, 10}}); err != nil {
		t.Fatal(err)
	}
	sub := append([]byte{byte(len(secret))}, secret...)
	control := []byte{0x21, 0xf9, 4, 0, 10, 0, 0}
	last := bytes.LastIndexByte(moving.Bytes(), 0)
	webpFrame := slices.Concat(make([]byte, 16), riff("VP8L", tinyWebP[20:]), riff("what", secret))
	for name, c := range map[string]struct {
		data []byte
		as   picture.Type
		has  string // must be in the cleaned picture
	}{
		"JFIF with a thumbnail": {withSegments(photo, app(0xe0, jfif)), picture.JPEG, "JFIF"},
		"a second JFIF":         {withSegments(photo, app(0xe0, jfif[:14]), app(0xe0, jfif)), picture.JPEG, "JFIF"},
		"a thumbnail of its own": {
			withSegments(photo, app(0xe0, append([]byte("JFXX\x00\x10"), secret...))),
			picture.JPEG, "",
		},
		"Adobe with more":            {withSegments(photo, app(0xee, adobe)), picture.JPEG, "Adobe"},
		"a segment that is reserved": {withSegments(photo, app(0x02, secret)), picture.JPEG, ""},
		"a segment for extensions": {
			withSegments(photo, app(0xf0, secret), app(0xfd, secret), app(0xc8, secret)),
			picture.JPEG, "",
		},
		"after a JPEG's profile": {withSegments(photo,
			app(0xe2, slices.Concat([]byte("ICC_PROFILE\x00\x01\x01"), profile(200), secret))), picture.JPEG, "acsp"},
		"in place of a profile": {
			withSegments(photo, app(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), secret...))),
			picture.JPEG, "",
		},
		"after the pixels of a PNG":  {pngWith(drawing, appended("IDAT", secret)), picture.PNG, ""},
		"a part after its pixels":    {pngWith(drawing, inserted("IEND", chunk("IDAT", secret))), picture.PNG, ""},
		"after a PNG's second frame": {animated(drawing, secret), picture.PNG, "fdAT"},
		"in the end of a PNG":        {pngWith(drawing, appended("IEND", secret)), picture.PNG, ""},
		"in a PNG's density": {
			pngWith(drawing, inserted("IDAT", chunk("pHYs", append(make([]byte, 9), secret...)))),
			picture.PNG, "",
		},
		"in a second gamma": {
			pngWith(drawing,
				inserted("IDAT", slices.Concat(chunk("gAMA", make([]byte, 4)), chunk("gAMA", secret[:4]), chunk("tEXt", secret)))),
			picture.PNG, "gAMA",
		},
		"after a PNG's profile": {
			pngWith(drawing,
				inserted("IDAT",
					chunk("iCCP", slices.Concat([]byte("of "+place+"\x00\x00"), deflated(append(profile(300), secret...)), secret)))),
			picture.PNG, "iCCP",
		},
		"no profile in a PNG": {
			pngWith(drawing, inserted("IDAT", chunk("iCCP", append([]byte("a\x00\x00"), secret...)))),
			picture.PNG, "",
		},
		"after a GIF's control": {
			slices.Concat(moving.Bytes()[:13], control, sub, []byte{0}, moving.Bytes()[13:]),
			picture.GIF, "",
		},
		"after a GIF's loops": {bytes.Replace(moving.Bytes(), []byte("NETSCAPE2.0\x03\x01\x00\x00"),
			append([]byte("NETSCAPE2.0\x03\x01\x00\x00"), sub...), 1), picture.GIF, "NETSCAPE2.0"},
		"after a GIF's last code": {slices.Concat(moving.Bytes()[:last], sub, moving.Bytes()[last:]), picture.GIF, ""},
		"in a frame of a WebP": {
			webpWith(riff("ANIM", append(make([]byte, 6), secret...)), riff("ANMF", webpFrame)),
			picture.WebP, "ANMF",
		},
		"after a WebP's profile": {webpWith(riff("ICCP", append(profile(200), secret...))), picture.WebP, "acsp"},
	} {
		t.Run(name, func(t *testing.T) {
			if !bytes.Contains(c.data, secret) {
				t.Fatal("the place is not in the picture of the test")
			}
			kept, _, err := clean(t, c.data, c.as)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(kept, secret) || bytes.Contains(kept, secret[:8]) {
				t.Error("the place is still in the picture")
			}
			if !bytes.Contains(kept, []byte(c.has)) {
				t.Errorf("%q is gone", c.has)
			}
			if again, _, err := clean(t, kept, c.as); err != nil || !bytes.Equal(again, kept) {
				t.Errorf("cleaning twice changes the picture: %v", err)
			}
			was, _, _ := image.Decode(bytes.NewReader(c.data)) // some decoders refuse the hidden data
			is, _, err := image.Decode(bytes.NewReader(kept))
			if err != nil && c.as.MimeType != picture.WebP.MimeType {
				t.Fatal(err)
			}
			if was != nil && is != nil && !samePixels(was, is) {
				t.Error("the pixels have changed")
			}
		})
	}
}

func samePixels(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

// TestHiddenDataRefused checks that data which unpacks to more than a picture can need is refused before it is unpacked
// whole.
func TestHiddenDataRefused(t *testing.T) {
	drawing := pngOf(t, scene(64, 48))
	large := deflated(make([]byte, 200<<20))
	if len(large) > 250_000 {
		t.Fatal("the profile is not small")
	}
	segments := [][]byte{}
	for n := range 100 {
		segments = append(segments,
			app(0xe2, slices.Concat([]byte("ICC_PROFILE\x00"), []byte{byte(n + 1), 100}, profile(60_000))))
	}
	var codes bytes.Buffer
	w := lzw.NewWriter(&codes, lzw.LSB, 2)
	_, _ = w.Write(make([]byte, 200))
	_ = w.Close()
	animation := slices.Concat([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02"),
		[]byte{byte(codes.Len())}, codes.Bytes(), []byte{0, ';'})
	for name, c := range map[string]struct {
		data []byte
		as   picture.Type
	}{
		"a profile of 200 MB in a PNG": {pngWith(drawing,
			inserted("IDAT", chunk("iCCP", slices.Concat([]byte("a\x00\x00"), large)))), picture.PNG},
		"a profile of 6 MB in a JPEG": {withSegments(jpegOf(t, scene(8, 8)), segments...), picture.JPEG},
		"a profile of 5 MB in a WebP": {webpWith(riff("ICCP", profile(5<<20))), picture.WebP},
		"more pixels than a PNG shows": {pngWith(drawing, func(name string, body []byte) [][]byte {
			return [][]byte{chunk(name, map[bool][]byte{true: deflated(make([]byte, 1<<20)), false: body}[name == "IDAT"])}
		}), picture.PNG},
		"more pixels than a GIF's frame": {animation, picture.GIF},
	} {
		if _, _, err := clean(t, c.data, c.as); !errors.As(err, new(*picture.Refusal)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInterlaced cleans interlaced PNGs: their seven passes change the length of the unpacked pixels.
func TestInterlaced(t *testing.T) {
	for _, side := range []int{1, 2, 3, 5, 8, 9, 17} {
		data := adam7(side, side+1)
		was, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		kept, _, err := clean(t, data, picture.PNG)
		if err != nil {
			t.Fatalf("%d pixels wide: %v", side, err)
		}
		if is, err := png.Decode(bytes.NewReader(kept)); err != nil || !samePixels(was, is) {
			t.Errorf("%d pixels wide: %v", side, err)
		}
	}
}

// adam7 returns an interlaced PNG of one grey.
func adam7(width, height int) []byte {
	var pixels []byte
	for _, p := range [][4]int{
		{0, 0, 8, 8},
		{4, 0, 8, 8},
		{0, 4, 4, 8},
		{2, 0, 4, 4},
		{0, 2, 2, 4},
		{1, 0, 2, 2},
		{0, 1, 1, 2},
	} {
		for y := p[1]; y < height; y += p[3] {
			row := []byte{0}
			for x := p[0]; x < width; x += p[2] {
				row = append(row, 99)
			}
			if len(row) > 1 {
				pixels = append(pixels, row...)
			}
		}
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(header, 8, 0, 0, 0, 1)),
		chunk("IDAT", deflated(pixels)), chunk("IEND", nil))
}

// box returns a box of an ISO base media file.
func box(name string, bodies ...[]byte) []byte {
	body := slices.Concat(bodies...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), []byte(name), body)
}

func words(values ...uint32) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// isoTrack returns a track with samples of 10 bytes, one in each chunk.
func isoTrack(handler string, more []byte, at ...uint32) []byte {
	return box("trak", box("tkhd", words(0, 0x11111111, 0x22222222, 1, 0, 0)), more, box("mdia",
		box("mdhd", words(0, 0x11111111, 0x22222222, 1000, 10, 0)),
		box("hdlr", words(0, 0), []byte(handler), words(0, 0, 0), []byte(place+"\x00")),
		box("minf", box("vmhd", words(0, 0, 0)), box("stbl", more,
			box("stsd", words(0, 0)), box("stts", words(0, 0)), box("stsc", words(0, 1, 1, 1, 1)),
			box("stsz", words(0, 0, uint32(len(at))), bytes.Repeat(words(10), len(at))),
			box("stco", words(0, uint32(len(at))), words(at...)),
		)),
	))
}

// TestCleanVideo cleans videos as phones and cameras make them. The place and the times must be removed from the
// boxes, from the tracks of measurements and from the gaps between the samples. The samples must keep their bytes and
// offsets.
func TestCleanVideo(t *testing.T) {
	secret := []byte(place)
	type made = func(first uint32) []byte
	// Two samples of a video, one of measurements, and other data after the first and the last.
	samples := slices.Concat([]byte("FILM-ONE--"), secret, []byte("GPS-TRACK-"), []byte("FILM-TWO--"), secret)
	second := uint32(10 + len(secret) + 10)
	moov := func(more []byte) made {
		return func(first uint32) []byte {
			return box("moov", box("mvhd", words(0, 0x11111111, 0x22222222, 1000, 10, 0)), more,
				isoTrack("vide", more, first, first+second), isoTrack("meta", nil, first+10+uint32(len(secret))))
		}
	}
	ftyp := box("ftyp", []byte("isom"), words(512), []byte("isommp42"))
	whole := func(moov made, more ...[]byte) []byte {
		length := uint32(len(ftyp) + len(moov(0)) + 8)
		return slices.Concat(append([][]byte{ftyp, moov(length), box("mdat", samples)}, more...)...)
	}
	location := box("udta", box("\xa9xyz", []byte("\x00\x12\x15\xc7+10.4938+105.6882/"), secret))
	for name, data := range map[string][]byte{
		"a place in udta": whole(moov(location)),
		"a place in meta": whole(moov(box("meta", words(0), box("ilst", secret)))),
		"XMP in a uuid": whole(moov(box("uuid",
			[]byte("\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"), secret))),
		"what was overwritten": whole(moov(box("free", secret)), box("skip", secret), box("free", secret)),
		"after the video": whole(moov(nil), box("meta", words(0), secret), box("udta", secret), []byte("\x00\x00"),
			secret),
		"an unknown box": whole(moov(box("gps ", secret)), box("mmpd", secret)),
	} {
		t.Run(name, func(t *testing.T) {
			as, err := picture.Sniff(bytes.NewReader(data), int64(len(data)), "a.mp4")
			if err != nil {
				t.Fatal(err)
			}
			washed, err := picture.CleanVideo(t.Context(), bytes.NewReader(data), int64(len(data)), as)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := io.ReadAll(io.NewSectionReader(washed, 0, int64(len(data))))
			if err != nil || len(kept) != len(data) {
				t.Fatal(len(kept), err)
			}
			for _, gone := range []string{place, "GPS-TRACK-", "105.6882", "\x11\x11\x11\x11", "\x22\x22\x22\x22"} {
				if bytes.Contains(kept, []byte(gone)) {
					t.Errorf("%q is still in the file", gone)
				}
			}
			for _, sample := range []string{"FILM-ONE--", "FILM-TWO--"} {
				if at := bytes.Index(kept, []byte(sample)); at < 0 || at != bytes.Index(data, []byte(sample)) {
					t.Errorf("%s is not where it was", sample)
				}
			}
			for at := range kept { // read in two parts, split at every offset
				head := make([]byte, at)
				_, _ = washed.ReadAt(head, 0)
				rest := make([]byte, len(kept)-at)
				_, _ = washed.ReadAt(rest, int64(at))
				if !bytes.Equal(slices.Concat(head, rest), kept) {
					t.Fatalf("split at %d it reads differently", at)
				}
			}
			for cut := range data { // no panic, wherever the file is cut
				_, _ = picture.CleanVideo(t.Context(), bytes.NewReader(data[:cut]), int64(cut), as)
			}
		})
	}
}

// TestNoisyPhotograph checks that a photograph of noise at the highest quality is kept bit for bit.
func TestNoisyPhotograph(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 301, 203))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7919 >> 3)
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	if kept, _, err := clean(t, buf.Bytes(), picture.JPEG); err != nil || !bytes.Equal(kept, buf.Bytes()) {
		t.Errorf("%d of %d bytes are kept: %v", len(kept), buf.Len(), err)
	}
}

// FuzzCleanVideo checks that no input makes cleaning videos panic, and that the cleaned file has the same length.
func FuzzCleanVideo(f *testing.F) {
	ftyp := box("ftyp", []byte("isom"), words(512))
	f.Add(slices.Concat(ftyp, box("moov", box("mvhd", make([]byte, 100)), isoTrack("vide", nil, 900, 910)),
		box("mdat", make([]byte, 99))))
	f.Add(slices.Concat(ftyp, box("moof", box("traf", box("udta", []byte(place)))), box("mdat", []byte(place))))
	mp4, err := picture.Sniff(bytes.NewReader(ftyp), int64(len(ftyp)), "a.mp4")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		washed, err := picture.CleanVideo(t.Context(), bytes.NewReader(data), int64(len(data)), mp4)
		if err != nil {
			return
		}
		kept, err := io.ReadAll(io.NewSectionReader(washed, 0, int64(len(data))))
		if err != nil || len(kept) != len(data) {
			t.Errorf("%d of %d bytes, %v", len(kept), len(data), err)
		}
	})
}
