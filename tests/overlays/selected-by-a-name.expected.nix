final: prev:
let
  name = "tool";
  pins = {
    tool = { version = "2.0.0"; rev = "v2.0.0"; hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
    other = { version = "1.3.0"; rev = "v1.3.0"; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
  };
  sources = {
    other = prev.fetchFromGitHub {
      owner = "owner";
      repo = "other";
      inherit (pins.other) rev hash;
    };
    "the-${name}" = throw "not this";
    tool = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = pins."${name}".rev or "v1.2.0";
      hash = (builtins.getAttr name pins).hash;
    };
  };
in
{
  tool = prev.mkDerivation {
    pname = name;
    version = pins.${name}.version or "1.2.0";
    src = builtins.getAttr name sources;
  };
}
