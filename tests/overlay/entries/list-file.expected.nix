# overlays/default.nix
[
  (import ./overlays/a.nix)
  (import ./overlays/b.nix)
  (import ./overlays/new.nix)
]
