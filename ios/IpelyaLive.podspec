Pod::Spec.new do |s|
  s.name = 'IpelyaLive'
  s.module_name = 'IpelyaLiveApple'
  s.version = File.read(File.join(__dir__, '../Cargo.toml'))[/^version = "(.+)"/, 1]
  s.summary = 'CallKit, PushKit and the audio session for live sessions and calls.'
  s.license = { :type => 'Apache-2.0', :file => '../LICENSE' }
  s.author = 'İpelya'
  s.source = { :path => '.' }
  s.platform = :ios, '16.0'
  s.swift_version = '6.0'
  s.source_files = 'Sources/IpelyaLiveApple/**/*.swift'
  s.resource_bundles = { 'IpelyaLivePrivacy' => ['Sources/IpelyaLiveApple/PrivacyInfo.xcprivacy'] }
  s.frameworks = 'CallKit', 'PushKit', 'AVFoundation', 'MediaPlayer', 'Security', 'UserNotifications'
  s.dependency 'IpelyaLivePhone', s.version.to_s
end
