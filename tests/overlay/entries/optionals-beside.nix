{
  outputs = { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      isLinux = true;
      overlays = [
        (import ./overlays/a.nix)
        (import ./overlays/b.nix)
      ] ++ lib.optionals isLinux [
        (import ./overlays/c.nix)
      ] ++ lib.optional (!isLinux) (import ./overlays/p.nix);
    in
    { result = import nixpkgs { inherit overlays; }; };
}
