// Builds the library for an app, over what `cargo xtask build-android` leaves here and in bindings/kotlin. The same sources are
// compiled and tested on the JVM by maven/pom.xml.
plugins {
    id("com.android.library") version "8.9.3"
    id("org.jetbrains.kotlin.android") version "2.1.20"
}

android {
    namespace = "com.ipelya.live"
    compileSdk = 35
    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }
    sourceSets["main"].kotlin.srcDirs(
        "src/main/kotlin",
        "src/firebase/kotlin",
        "../bindings/kotlin/src/main/kotlin",
        "../bindings/kotlin/src/generated/kotlin",
    )
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

kotlin {
    compilerOptions {
        jvmTarget = org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_17
        allWarningsAsErrors = true
    }
}

dependencies {
    // WebRTC's Java part, of the very version that is in libipelya.so.
    api(files("libs/libwebrtc.jar"))
    // How the generated code calls the library.
    implementation("net.java.dev.jna:jna:5.17.0@aar")
    api("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.10.2")
    // The app brings its own; LiveMessagingService is the one class that needs it.
    compileOnly("com.google.firebase:firebase-messaging:24.1.1")
}
