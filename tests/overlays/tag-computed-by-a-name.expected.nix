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
      version = "2.0.0";
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = "tool";
        rev = if prev.lib.versionAtLeast finalAttrs.version "1.0" then "v${dashed}" else dashed;
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
    }
  );
}
