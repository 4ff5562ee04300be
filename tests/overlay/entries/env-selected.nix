{
  outputs = { self, nixpkgs }:
    let pkgs = import nixpkgs { overlays = [ (import ./overlays/a.nix) ]; };
    in {
      pyEnv = pkgs.python3.withPackages (ps: [
        ps.a
        ps.numpy # from nixpkgs
      ]);
      other = pkgs.python3.withPackages (ps: [ ps.numpy ]);
    };
}
