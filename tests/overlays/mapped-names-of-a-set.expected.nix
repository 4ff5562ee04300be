final: prev:
let
  inherit (prev) lib;
  pins = {
    tool = { version = "2.0.0"; hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
    other = { version = "1.2.0"; hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY="; };
  };
in
{
  python3Packages = prev.python3Packages // lib.genAttrs (builtins.attrNames pins) (name:
    prev.python3Packages.buildPythonPackage {
      pname = name;
      inherit (pins.${name}) version;
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = name;
        rev = "v${pins.${name}.version}";
        inherit (builtins.getAttr name pins) hash;
      };
    });
}
