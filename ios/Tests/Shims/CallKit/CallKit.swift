import AVFoundation
import Dispatch
import Foundation

// callkit/cxhandle
public final class CXHandle: NSObject {
    // callkit/cxhandle/handletype
    public enum HandleType: Int, Sendable { case generic = 1, phoneNumber, emailAddress }
    public let type: HandleType
    public let value: String
    public init(type: HandleType, value: String) {
        self.type = type
        self.value = value
    }
}

// callkit/cxcallupdate
public final class CXCallUpdate: NSObject {
    public var remoteHandle: CXHandle?
    public var localizedCallerName: String?
    public var supportsHolding = true
    public var supportsGrouping = true
    public var supportsUngrouping = true
    public var supportsDTMF = true
    public var hasVideo = false
}

// callkit/cxproviderconfiguration
public final class CXProviderConfiguration: NSObject {
    public var supportsVideo = false
    public var maximumCallGroups = 2
    public var maximumCallsPerCallGroup = 5
    public var supportedHandleTypes: Set<CXHandle.HandleType> = []
    public var iconTemplateImageData: Data?
    public var ringtoneSound: String?
}

// callkit/cxcallendedreason
public enum CXCallEndedReason: Int, Sendable {
    case failed = 1, remoteEnded, unanswered, answeredElsewhere, declinedElsewhere
}

// callkit/cxerrorcodeincomingcallerror-swift.struct
public struct CXErrorCodeIncomingCallError: Error, Sendable {
    // callkit/cxerrorcodeincomingcallerror-swift.struct/code
    public enum Code: Int, Sendable {
        case unknown, unentitled, callUUIDAlreadyExists, filteredByDoNotDisturb, filteredByBlockList
    }
    public let code: Code
    public init(_ code: Code) { self.code = code }
}

// callkit/cxaction
open class CXAction: NSObject {
    public let uuid = UUID()
    // callkit/cxaction/iscomplete
    public private(set) var isComplete = false
    var settled: (Bool) -> Void = { _ in }
    // callkit/cxaction/fulfill()
    public func fulfill() { settle(true) }
    // callkit/cxaction/fail()
    public func fail() { settle(false) }
    private func settle(_ done: Bool) {
        guard !isComplete else { return }
        isComplete = true
        settled(done)
    }
}

// callkit/cxcallaction
open class CXCallAction: CXAction {
    public let callUUID: UUID
    public init(call: UUID) { callUUID = call }
}

// callkit/cxstartcallaction
public final class CXStartCallAction: CXCallAction {
    public let handle: CXHandle
    public var isVideo = false
    public init(call: UUID, handle: CXHandle) {
        self.handle = handle
        super.init(call: call)
    }
}

// callkit/cxanswercallaction
public final class CXAnswerCallAction: CXCallAction {}
// callkit/cxendcallaction
public final class CXEndCallAction: CXCallAction {}

// callkit/cxsetheldcallaction
public final class CXSetHeldCallAction: CXCallAction {
    public let isOnHold: Bool
    public init(call: UUID, onHold: Bool) {
        isOnHold = onHold
        super.init(call: call)
    }
}

// callkit/cxsetmutedcallaction
public final class CXSetMutedCallAction: CXCallAction {
    public let isMuted: Bool
    public init(call: UUID, muted: Bool) {
        isMuted = muted
        super.init(call: call)
    }
}

// callkit/cxtransaction
public final class CXTransaction: NSObject {
    public let actions: [CXAction]
    public init(action: CXAction) { actions = [action] }
}

// callkit/cxcallcontroller
public final class CXCallController: NSObject {
    // callkit/cxcallcontroller/init(queue:)
    public init(queue _: DispatchQueue) {}
    // callkit/cxcallcontroller/request(_:completion:)
    public func request(_ transaction: CXTransaction, completion: @escaping ((any Error)?) -> Void) {
        for case let action as CXCallAction in transaction.actions { SimulatedPhone.current.requested(action, completion) }
    }
}

// callkit/cxproviderdelegate
public protocol CXProviderDelegate: NSObjectProtocol {
    func providerDidReset(_ provider: CXProvider)
    func provider(_ provider: CXProvider, perform action: CXStartCallAction)
    func provider(_ provider: CXProvider, perform action: CXAnswerCallAction)
    func provider(_ provider: CXProvider, perform action: CXEndCallAction)
    func provider(_ provider: CXProvider, perform action: CXSetHeldCallAction)
    func provider(_ provider: CXProvider, perform action: CXSetMutedCallAction)
    func provider(_ provider: CXProvider, timedOutPerforming action: CXAction)
    func provider(_ provider: CXProvider, didActivate audioSession: AVAudioSession)
    func provider(_ provider: CXProvider, didDeactivate audioSession: AVAudioSession)
}

// callkit/cxprovider
public final class CXProvider: NSObject {
    weak var delegate: (any CXProviderDelegate)?
    // callkit/cxprovider/init(configuration:)
    public init(configuration _: CXProviderConfiguration) {
        super.init()
        SimulatedPhone.current.provider = self
    }
    // callkit/cxprovider/setdelegate(_:queue:)
    public func setDelegate(_ delegate: (any CXProviderDelegate)?, queue _: DispatchQueue?) { self.delegate = delegate }
    // callkit/cxprovider/reportnewincomingcall(with:update:completion:)
    public func reportNewIncomingCall(with id: UUID, update _: CXCallUpdate, completion: @escaping ((any Error)?) -> Void) {
        completion(SimulatedPhone.current.reported(id))
    }
    // callkit/cxprovider/reportcall(with:updated:)
    public func reportCall(with id: UUID, updated _: CXCallUpdate) { SimulatedPhone.current.mustKnow(id, "updated") }
    // callkit/cxprovider/reportcall(with:endedat:reason:)
    public func reportCall(with id: UUID, endedAt _: Date?, reason: CXCallEndedReason) { SimulatedPhone.current.ended(id, reason) }
    // callkit/cxprovider/reportoutgoingcall(with:startedconnectingat:)
    public func reportOutgoingCall(with id: UUID, startedConnectingAt _: Date?) { SimulatedPhone.current.mustKnow(id, "connecting") }
    // callkit/cxprovider/reportoutgoingcall(with:connectedat:)
    public func reportOutgoingCall(with id: UUID, connectedAt _: Date?) { SimulatedPhone.current.mustKnow(id, "connected") }
}
