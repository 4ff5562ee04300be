{
  outputs = { self, nixpkgs }:
    let pkgs = import nixpkgs { overlays = [ (import ./overlays/a.nix) ]; };
    in {
      pyEnv = pkgs.python3.withPackages (ps: [
        ps.a
        ps.numpy # from nixpkgs
        pkgs.python3Packages.new
      ]);
      other = pkgs.python3.withPackages (ps: [ ps.numpy ]);
    };
}
