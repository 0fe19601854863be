package chromium

import (
	"fmt"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Paste puts a picture of so many pixels on the clipboard, as a screenshot tool
// does, and pastes it into the page with the keyboard.
func (p *Page) Paste(width, height int) {
	p.t.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted})
		p.must(err, "allow the clipboard")
	}
	ctx, cancel := p.limited()
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(`(async () => {
		const c = new OffscreenCanvas(%d, %d);
		c.getContext("2d").fillRect(1, 1, 9, 9);
		await navigator.clipboard.write([new ClipboardItem({"image/png": await c.convertToBlob({type: "image/png"})})]);
		return "copied";
	})()`, width, height), func(e *runtime.EvaluateParams) { e.AwaitPromise = new(true) }))
	p.must(err, "copy a picture")
	const ctrl = 2
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Modifiers: ctrl, Key: "v", Code: "KeyV", WindowsVirtualKeyCode: 'V', Commands: []string{"paste"}}
	for range 2 {
		_, err := chromedp.Call(ctx, input.DispatchKeyEvent, key)
		p.must(err, "press Ctrl+V")
		key.Type, key.Commands = input.DispatchKeyEventTypeKeyUp, nil
	}
}
