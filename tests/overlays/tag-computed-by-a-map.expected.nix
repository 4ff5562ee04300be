final: prev:
let
  inherit (prev) lib;
in
{
  tool = prev.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = lib.concatMapStrings (lib.removePrefix "-") [ "-" "to" "-ol" ];
      tag = lib.concatMapStringsSep "_" (part: "r" + part) (lib.splitVersion version);
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
  other = prev.mkDerivation rec {
    pname = "other";
    version = "1.3.0";
    src = prev.fetchurl {
      url = "https://d.example/${lib.concatStringsSep "-" (map (x: "${x}") (lib.splitString "." version))}.zip";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+AQ=";
    };
  };
}
