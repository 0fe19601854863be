package server

import (
	"net/netip"
	"strings"
)

// address is where a request comes from, for throttling and the session list.
// X-Forwarded-For is believed from trusted proxies only, and read from its right
// end: the rest is what the client made up.
func (c *Ctx) address() string {
	peer, ok := netip.AddrFromSlice(c.fiber.Context().RemoteIP())
	if !ok {
		return ""
	}
	peer = peer.Unmap()
	hops := strings.Split(c.header("X-Forwarded-For"), ",")
	for i := len(hops) - 1; i >= 0 && c.server.trusts(peer); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop.Unmap()
	}
	return peer.String()
}

func (s *Server) trusts(a netip.Addr) bool {
	for _, p := range s.config.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
