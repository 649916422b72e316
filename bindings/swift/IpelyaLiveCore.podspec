# Over what `cargo xtask build-ios` makes.
Pod::Spec.new do |s|
  s.name = 'IpelyaLiveCore'
  s.module_name = 'IpelyaLive'
  s.version = File.read(File.join(__dir__, '../../Cargo.toml'))[/^version = "(.+)"/, 1]
  s.summary = 'Live broadcasts, audio rooms and calls: the Rust core for Swift.'
  s.license = { :type => 'Apache-2.0', :file => '../../LICENSE' }
  s.author = 'İpelya'
  s.source = { :path => '.' }
  s.platform = :ios, '16.0'
  s.swift_version = '6.0'
  s.source_files = 'Sources/IpelyaLive/**/*.swift'
  s.vendored_frameworks = 'IpelyaLiveFFI.xcframework'
  # WebRTC has categories that nothing names.
  s.user_target_xcconfig = { 'OTHER_LDFLAGS' => '-ObjC' }
end
