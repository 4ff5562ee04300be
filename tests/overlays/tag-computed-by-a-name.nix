final: prev: {
  tool = prev.stdenv.mkDerivation (
    finalAttrs:
    let
      inherit (prev.lib) concatStringsSep splitVersion;
      parts = splitVersion finalAttrs.version;
      dashed = concatStringsSep "-" parts;
    in
    {
      pname = "tool";
      version = "1.2.0";
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = "tool";
        rev = if prev.lib.versionAtLeast finalAttrs.version "1.0" then "v${dashed}" else dashed;
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
    }
  );
}
