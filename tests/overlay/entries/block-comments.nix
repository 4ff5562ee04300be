{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs {
      overlays = /* in order */ [ /* first */
        (import ./overlays/a.nix) /* nothing uses it */
        (import ./overlays/b.nix) /* c does */
        /* uses b */ (import ./overlays/c.nix)
        # the end
      ] /* no more */;
    };
  };
}
